cluster "shop" {
  provider           = "gcp"
  region             = "europe-west1"
  zones              = ["europe-west1-d", "europe-west1-b", "europe-west1-c"]
  network {
    free_ips_by_zone = { "europe-west1-d" = 250 }
  }
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
