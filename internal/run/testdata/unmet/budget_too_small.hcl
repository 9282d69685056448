cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  max_usd_per_month  = 500

  node_group "web" {
    workload "api" {
      throughput         = 4000
      throughput_per_pod = 350
      pod {
        cpu    = "1"
        memory = "1Gi"
      }
    }
  }
}
