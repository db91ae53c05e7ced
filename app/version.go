package main

import (
	"fmt"
	"runtime"
)

// version is set by the linker: make build.
var version = "dev"

// versionCmd prints the version.
type versionCmd struct{}

// Run prints it.
func (*versionCmd) Run(st *streams) error {
	_, err := fmt.Fprintf(st.out, "folkmoot %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
