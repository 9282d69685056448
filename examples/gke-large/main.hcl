# A large cluster on GKE: some 2,000 nodes, close to what a zonal control plane takes and
# well below what a regional one does. Growth says when the next limit comes.

cluster "market" {
  provider           = "gcp"
  region             = "us-central1"
  zones              = ["us-central1-a", "us-central1-b", "us-central1-c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  network {
    cni = "dataplane_v2"
  }

  control_plane {
    support_type = "standard"
    load {
      namespaces       = 400
      objects          = 60000
      rollouts_per_day = 3
      watchers         = 2000
    }
  }

  node_group "search" {
    role = "app"
    instances {
      types = ["n2d-standard-16"]
    }

    workload "index" {
      throughput         = 90000
      throughput_per_pod = 15
      pod {
        cpu    = "2500m"
        memory = "9Gi"
        limits {
          memory = "9Gi"
        }
      }
    }
  }

  node_group "web" {
    role = "app"
    instances {
      types = ["n2d-standard-16"]
    }

    workload "api" {
      throughput         = 180000
      throughput_per_pod = 20
      pod {
        cpu    = "600m"
        memory = "2Gi"
        limits {
          memory = "2Gi"
        }
      }
    }
  }

  growth {
    per_month      = "2%"
    horizon_months = 3
  }
}
