package cli

// Fit is fit.
func Fit(text string, width int) string { return fit(text, width) }
