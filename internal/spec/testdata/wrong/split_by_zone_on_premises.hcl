cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["room-a", "room-b", "room-c"]
  kubernetes_version = "1.35"

  machine "r640" {
    cpu           = 32
    memory        = "256Gi"
    usd_per_month = 310
    disk {
      size = "960Gi"
    }
  }

  node_group "web" {
    split_by_zone = true
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
