cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["room-a", "room-b", "room-c"]
  kubernetes_version = "1.35"

  machine "r640" {
    cpu    = 32
    memory = "256Gi"
    disk {
      size = "960Gi"
    }
  }

  control_plane {
    etcd {
      events = "separate"
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
