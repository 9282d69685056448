# The only machine is arm64, and images are built for amd64 unless it is said.
cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["rack-1", "rack-2", "rack-3"]
  kubernetes_version = "1.35"
  environment        = "development"
  machine "altra" {
    cpu          = 80
    memory       = "256Gi"
    architecture = "arm64"
    disk {
      size = "960Gi"
    }
  }
  control_plane {
    instances {
      architectures = ["arm64"]
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
