# --var peak=many
# --var peek=3
variable "peak" {
  type = number
}

variable "zones" {
  type = list(string)
}

variable "token" {
  type      = string
  default   = "x"
  sensitive = true
}

variable "share" {
  type    = number
  default = 3
  validation {
    condition     = var.share <= 1
    error_message = "A share is at most 1."
  }
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
