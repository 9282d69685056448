# Names that the module or GKE refuse, and a strategy without a key.
cluster "shop" {
  provider           = "gcp"
  region             = "europe-west1"
  zones              = ["europe-west1-b", "europe-west1-c", "europe-west1-d"]
  kubernetes_version = "1.35"
  upgrade {
    to       = "1.36"
    strategy = "gke_autoscaled_blue_green"
  }
  emit "terraform" {
    directory = "infra"
  }
  node_group "1st" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
  node_group "all" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
