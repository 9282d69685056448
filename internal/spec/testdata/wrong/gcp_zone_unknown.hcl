cluster "shop" {
  provider           = "gcp"
  region             = "europe-west1"
  zones              = ["europe-west1-b", "europe-west1-a", "c", "europe-west4-b"]
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
