cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["room-a", "room-b", "room-c"]
  kubernetes_version = "1.35"

  machine "r640" {
    cpu           = 32
    memory        = "256Gi"
    count_by_zone = { room-a = 4, room-d = 4 }
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
