cluster "shop" {
  provider           = "gcp"
  region             = "europe-west1"
  zones              = ["europe-west1-b", "europe-west1-c", "europe-west1-d"]
  kubernetes_version = "1.35"

  node_group "models" {
    role = "gpu"
    instances {
      gpu {
        min_memory = "16Gi"
      }
    }
    workload "model" {
      replicas = 3
      pod {
        cpu       = "500m"
        memory    = "768Mi"
        resources = { "nvidia.com/gpu" = 1 }
      }
    }
  }

  node_group "system" {
    role = "system"
  }
}
