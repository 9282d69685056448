# What is refused is reported once, whatever is wrong in it.
cluster "shop" {
  provider           = "on_premises"
  region             = "dc1"
  zones              = ["rack-1", "rack-2", "rack-3"]
  kubernetes_version = "1.35"
  machine "r640" {
    cpu    = 32
    memory = "256Gi"
    disk {
      size = "960Gi"
    }
  }
  control_plane {
    tier = 0
    disk {
      size = 5
      iops = -1
    }
  }
  node_group "web" {
    update_config {
      soak      = 2
      max_surge = "x"
    }
    instances {
      allow = [1]
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
