# The throughput of a gp3 disk follows its operations, of data disks too.
cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  control_plane {
    mode = "self_managed"
    etcd_topology = "external"
    etcd {
      disk {
        type           = "gp3"
        throughput_mib = 1000
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
