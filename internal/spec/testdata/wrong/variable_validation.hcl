# --var replicas=1
variable "replicas" {
  type    = number
  default = 3
  validation {
    condition     = var.replicas >= 2
    error_message = "Two replicas are the least in production."
  }
}

cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"

  node_group "web" {
    workload "api" {
      replicas = var.replicas
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
