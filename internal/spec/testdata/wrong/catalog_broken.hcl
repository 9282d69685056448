cluster "c" {
  provider           = "on_premises"
  region             = "fra"
  zones              = ["room-1", "room-2", "room-3"]
  kubernetes_version = "1.35"
  catalog            = "broken"

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
