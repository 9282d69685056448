cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
        resources = {
          "cpu"                   = 2
          "gpu"                   = 1
          "fpga"                  = 1
          "example.kubernetes.io/x" = 1
          "hugepages-2Mi"         = 4
          "nvidia.com/gpu"        = 0
        }
      }
    }
  }
}
