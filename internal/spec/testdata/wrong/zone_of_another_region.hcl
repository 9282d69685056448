cluster "shop" {
  provider           = "aws"
  region             = "us-east-1"
  zones              = ["us-east-1a", "eu-west-1b", "euw1-az3", "us-east-1z", "frankfurt"]
  kubernetes_version = "1.35"

  node_group "web" {
    zones = ["us-east-1b"]
    workload "api" {
      replicas = 3
      pod {
        cpu    = "500m"
        memory = "768Mi"
      }
    }
  }
}
