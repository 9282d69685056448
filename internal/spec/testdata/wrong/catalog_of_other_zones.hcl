cluster "c" {
  provider           = "on_premises"
  region             = "fra"
  zones              = ["room-1", "room-2", "room-4"]
  kubernetes_version = "1.35"
  catalog            = "rack"

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
