cluster "shop" {
  provider           = "azure"
  region             = "westeurope"
  zones              = ["1", "2", "3"]
  kubernetes_version = "1.35"

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
