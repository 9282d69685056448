cluster "shop" {
  provider           = "gcp"
  region             = "europe-west1"
  zones              = ["europe-west1-b", "europe-west1-c", "europe-west1-d"]
  kubernetes_version = "1.35"

  control_plane {
    mode         = "self_managed"
    support_type = "extended"
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
