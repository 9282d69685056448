cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["room-a", "room-b", "room-c"]
  kubernetes_version = "1.35"

  machine "archive" {
    cpu    = 8
    memory = "64Gi"
    disk {
      type = "hdd"
      size = "8Ti"
    }
  }

  machine "thin" {
    cpu    = 8
    memory = "32Gi"
    disk {
      size = "32Gi"
    }
  }

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
