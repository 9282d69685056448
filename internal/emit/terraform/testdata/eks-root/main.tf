# Written by scantling: change the spec and write it again. What you add to the call
# belongs into a file of yours whose name ends in _override.tf.

module "eks" {
  source  = "terraform-aws-modules/eks/aws"
  version = "~> 21.19"

  name                         = var.cluster_name
  region                       = var.region
  kubernetes_version           = var.kubernetes_version
  upgrade_policy               = var.upgrade_policy
  control_plane_scaling_config = var.control_plane_scaling_config
  deletion_protection          = var.deletion_protection

  vpc_id                   = var.vpc_id
  subnet_ids               = values(var.subnet_ids_by_zone)
  control_plane_subnet_ids = values(var.subnet_ids_by_zone)
  endpoint_public_access   = var.endpoint_public_access

  enable_cluster_creator_admin_permissions = var.enable_cluster_creator_admin_permissions

  # The EBS CSI driver never becomes active without its role.
  addons = merge(var.addons, {
    aws-ebs-csi-driver = merge(var.addons["aws-ebs-csi-driver"], {
      pod_identity_association = [{
        role_arn        = var.ebs_csi_role_arn
        service_account = "ebs-csi-controller-sa"
      }]
    })
  })

  eks_managed_node_groups = {
    for name, group in var.node_groups : name => merge(group, {
      subnet_ids = [for zone in var.node_group_zones[name] : var.subnet_ids_by_zone[zone]]
    })
  }

  tags = var.tags
}
