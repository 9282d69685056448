variable "peak_rps" {
  type    = number
  default = 100
}

locals {
  a = var.peak_rp
  b = locl.a
  c = local.missing
  d = local.a + 1
}

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
      }
    }
  }
}
