package terraform

// eksModule returns how terraform-aws-modules/eks/aws is called. Its inputs and outputs
// are those of v21.19, and so are the versions that it requires.
func eksModule() *module {
	return &module{
		name: "eks", source: "terraform-aws-modules/eks/aws", major: 21, minor: 19,
		terraform: ">= 1.5.7", provider: "aws", versions: ">= 6.28",
		final: eksFinal(), move: moveEKS,
		call: eksCall, outputs: eksOutputs, site: eksSite,
	}
}

const eksCall = `
  name                         = var.@prefix@cluster_name
  region                       = var.@prefix@region
  kubernetes_version           = var.@prefix@kubernetes_version
  upgrade_policy               = var.@prefix@upgrade_policy
  control_plane_scaling_config = var.@prefix@control_plane_scaling_config
  deletion_protection          = var.@prefix@deletion_protection

  vpc_id                   = var.@prefix@vpc_id
  subnet_ids               = values(var.@prefix@subnet_ids_by_zone)
  control_plane_subnet_ids = values(var.@prefix@subnet_ids_by_zone)
  endpoint_public_access   = var.@prefix@endpoint_public_access

  enable_cluster_creator_admin_permissions = var.@prefix@enable_cluster_creator_admin_permissions

  # The EBS CSI driver never becomes active without its role.
  addons = merge(var.@prefix@addons, {
    aws-ebs-csi-driver = merge(var.@prefix@addons["aws-ebs-csi-driver"], {
      pod_identity_association = [{
        role_arn        = var.@prefix@ebs_csi_role_arn
        service_account = "ebs-csi-controller-sa"
      }]
    })
  })

  eks_managed_node_groups = {
    for name, group in var.@groups@ : name => merge(group, {
      subnet_ids = [for zone in var.@prefix@node_group_zones[name] : var.@prefix@subnet_ids_by_zone[zone]]
    })
  }

  tags = var.@prefix@tags
`

const eksOutputs = `# Written by scantling: change the spec and write it again.

output "@prefix@cluster_name" {
  description = "Name of the EKS cluster, for aws eks update-kubeconfig."
  value       = module.@module@.cluster_name
}

output "@prefix@cluster_endpoint" {
  description = "Address of the API server."
  value       = module.@module@.cluster_endpoint
}

output "@prefix@cluster_certificate_authority_data" {
  description = "Certificate authority of the API server, in base64."
  value       = module.@module@.cluster_certificate_authority_data
}

output "@prefix@oidc_provider_arn" {
  description = "OIDC provider of the cluster, which IAM roles for service accounts trust."
  value       = module.@module@.oidc_provider_arn
}

output "@prefix@node_security_group_id" {
  description = "Security group of the nodes."
  value       = module.@module@.node_security_group_id
}
`

const eksSite = `# What the plan does not know: give these in a file of your own, such as terraform.tfvars.

variable "@prefix@cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
  default     = @cluster@
  nullable    = false
}

variable "@prefix@vpc_id" {
  description = "VPC of the cluster."
  type        = string
  nullable    = false
}

variable "@prefix@subnet_ids_by_zone" {
  description = "One private subnet in each zone, by the zone's name. The zones of every node group are among them."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.@prefix@subnet_ids_by_zone) >= 2
    error_message = "EKS wants subnets in at least two zones for its control plane, even where all nodes are in one."
  }
}

variable "@prefix@ebs_csi_role_arn" {
  description = "IAM role with AmazonEBSCSIDriverPolicy that trusts pods.eks.amazonaws.com."
  type        = string
  nullable    = false
}

variable "@prefix@endpoint_public_access" {
  description = "Whether the API server has a public address beside the private one: the module's endpoint_public_access."
  type        = bool
  default     = false
  nullable    = false
}

variable "@prefix@enable_cluster_creator_admin_permissions" {
  description = "Whether whoever applies this administers the cluster: the module's enable_cluster_creator_admin_permissions."
  type        = bool
  default     = false
  nullable    = false
}

variable "@prefix@tags" {
  description = "Tags of all that the module makes."
  type        = map(string)
  default     = {}
  nullable    = false
}
`
