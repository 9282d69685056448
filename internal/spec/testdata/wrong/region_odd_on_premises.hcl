# The region becomes a label.
cluster "shop" {
  provider           = "on_premises"
  region             = "Data centre 1"
  zones              = ["rack-1", "rack-2", "rack-3"]
  kubernetes_version = "1.35"
  machine "r640" {
    cpu    = 32
    memory = "256Gi"
    disk {
      size = "960Gi"
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
