terraform {
  required_version = ">= 1.9"
}

provider "aws" {
  region = "us-east-1"
}

module "eks" {
  source          = "terraform-aws-modules/eks/aws"
  cluster_version = "1.35"
}
