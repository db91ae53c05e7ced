package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// healthzCmd asks the program on this machine whether it is alive: what a
// container's health check runs, since the image holds nothing else.
type healthzCmd struct {
	Ready bool `help:"Ask whether it can work, stores and all, not only whether it is alive."`
}

// Run answers by the exit status: 0 alive, 1 not.
func (c *healthzCmd) Run(ctx context.Context, st *streams) error {
	cfg, err := loadSettings(st)
	if err != nil {
		return err
	}
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	answer, err := askHere(ctx, cfg.Listen, path)
	if err != nil {
		return fmt.Errorf("nothing healthy answers at %s: %w", cfg.Listen, err)
	}
	_, err = io.WriteString(st.out, answer)
	return err
}

// askHere gets a path from the program that listens at the address.
func askHere(ctx context.Context, listen, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+dialable(listen)+path, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("it answers %s", resp.Status)
	}
	return string(body), nil
}

// dialable turns an address that listens everywhere into one to call.
func dialable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
