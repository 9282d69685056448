cluster "shop" {
}
