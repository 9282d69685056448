cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["room-a", "room-b", "room-c"]
  kubernetes_version = "1.35"

  machine "r640" {
    cpu           = 32
    memory        = "256Gi"
    count_by_zone = { room-a = 2.5, room-b = -1, room-c = "two" }
  }

  machine "r740" {
    cpu           = 32
    memory        = "256Gi"
    count_by_zone = 3
  }

  machine "r840" {
    cpu    = 32
    memory = "256Gi"
    count_by_zone {
      room-a = 0
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
