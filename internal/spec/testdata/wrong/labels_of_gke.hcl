# Labels that GKE keeps to itself.
cluster "shop" {
  provider           = "gcp"
  region             = "europe-west1"
  zones              = ["europe-west1-b", "europe-west1-c", "europe-west1-d"]
  kubernetes_version = "1.35"
  node_group "web" {
    labels = {
      "cloud.google.com/gke-nodepool" = "web"
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
