# Wrong values in what the ground does not have.
cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  control_plane {
    nodes = "three"
    etcd {
      members = 2.5
      disk {
        size = "big"
      }
    }
    etcd_topology = "stacked"
  }
  machine "r640" {
    memory = 1
  }
  node_group_defaults {
    kubelet {
      max_pods = -1
    }
  }
  node_group "web" {
    kubelet {
      kube_reserved = {
        cpu = "x"
      }
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
