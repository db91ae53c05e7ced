package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"folkmoot/config"
)

// What we ship must start: the container's environment and that of the
// composed service are settings without a problem.
func TestShippedEnvironmentsLoad(t *testing.T) {
	t.Parallel()
	image, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var env []string
	for _, m := range regexp.MustCompile(`(?m)(FOLKMOOT_[A-Z_]+=\S+)`).FindAllStringSubmatch(string(image), -1) {
		env = append(env, m[1])
	}
	if len(env) < 2 {
		t.Fatalf("the image sets %v; the test reads nothing", env)
	}
	load(t, "image", env)

	text, err := os.ReadFile("../compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Environment map[string]string `yaml:"environment"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &compose); err != nil {
		t.Fatal(err)
	}
	set := compose.Services["folkmoot"].Environment
	if len(set) == 0 {
		t.Fatal("the composed service sets nothing; the test reads nothing")
	}
	for k, v := range set {
		env = append(env, k+"="+v)
	}
	l := load(t, "compose", env)
	if _, here := l.StoreFile(); here {
		t.Error("the composed service keeps its data in a file, not in the replica set")
	}
}

func load(t *testing.T, what string, env []string) config.Loaded {
	t.Helper()
	l, err := config.Load(env, "")
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	for _, w := range l.Warnings {
		if strings.Contains(w, "is not a setting") {
			t.Errorf("%s: %s", what, w)
		}
	}
	return l
}
