// Package sortition draws panels of people by lot.
package sortition
