# Fifty requests a second that are to be answered within three seconds, and how many
# pods that takes: by service time, workers and way of balancing. README.md has the
# table.

variable "mean" {
  type        = string
  default     = "500ms"
  description = "How long one request takes, in the mean; the distribution is exponential"
}

variable "workers" {
  type        = number
  default     = 4
  description = "Requests that a pod serves side by side"
}

variable "balancing" {
  type        = string
  default     = "power_of_two"
  description = "How requests find a pod"
}

variable "target" {
  type        = string
  default     = "p99"
  description = "Which statistic is to be within three seconds: mean or p99"
}

cluster "answers" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "us-east-1b", "us-east-1c"]
  kubernetes_version = "1.35"
  as_of              = "2026-11-20"

  node_group "web" {
    role = "app"
    redundancy {
      recovery = "static" # a zone that fails leaves enough pods, at once
    }

    workload "api" {
      throughput      = 50
      concurrency     = var.workers
      balancing       = var.balancing
      max_utilization = "80%"
      latency {
        mean = var.target == "mean" ? "3s" : null
        p99  = var.target == "p99" ? "3s" : null
      }
      latency {
        mean   = var.target == "mean" ? "4s" : null
        p99    = var.target == "p99" ? "4s" : null
        during = "failure"
      }
      service_time {
        mean         = var.mean
        distribution = "exponential"
      }
      pod {
        cpu    = "500m"
        memory = "1Gi"
      }
    }
  }
}
