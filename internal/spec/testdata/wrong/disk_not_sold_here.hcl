# Cold storage is not sold here. What is closest to it boots nothing, is no disk for etcd and
# has 125Gi at least.
cluster "shop" {
  provider           = "aws"
  region             = "eu-west-1"
  zones              = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
  kubernetes_version = "1.35"

  control_plane {
    mode = "self_managed"
    etcd {
      disk {
        type = "sc1"
      }
    }
  }

  node_group "web" {
    disk {
      type = "sc1"
    }
    workload "store" {
      kind      = "StatefulSet"
      replicas  = 3
      min_ready = 2
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
      volume "archive" {
        type = "sc1"
        size = "500Gi"
      }
      volume "few" {
        type = "sc1"
        size = "10Gi"
      }
    }
  }
}
