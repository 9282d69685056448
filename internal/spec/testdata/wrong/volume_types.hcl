cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      kind      = "StatefulSet"
      min_ready = 4
      replicas = 6
      volume "a" {
        size = "10Gi"
        type = "gp4"
      }
      volume "b" {
        size = "10Gi"
        type = "io2"
      }
      volume "c" {
        size           = "10Gi"
        throughput_mib = 900
      }
      volume "d" {
        size = "10Gi"
        type = "st1"
      }
      volume "e" {
        size = "10Gi"
        iops = 90000
      }
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
