# Two nodes and a zone at once take seven zones.
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
    redundancy {
      nodes   = 2
      at_once = true
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
