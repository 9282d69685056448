cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["room-a"]
  kubernetes_version = "1.35"

  machine "r640" {
    cpu           = 32
    memory        = "256Gi"
    usd_per_month = 310
    disk {
      size = "960Gi"
    }
  }

  control_plane {
    redundancy {
      zones = 1
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
