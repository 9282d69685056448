# GKE replaces 20 nodes at a time, and waits a week at most.
cluster "shop" {
  provider           = "gcp"
  region             = "europe-west1"
  zones              = ["europe-west1-b", "europe-west1-c", "europe-west1-d"]
  kubernetes_version = "1.35"
  node_group "a" {
    update_config {
      max_surge = 21
      soak      = "169h"
    }
  }
  node_group "b" {
    update_config {
      max_surge       = 20
      max_unavailable = 1
    }
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
