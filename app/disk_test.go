package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk is a folder on a disk of its own, of so many bytes. Only a
// superuser may make one.
func smallDisk(t *testing.T, bytes string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "mode=700,size="+bytes); err != nil {
		t.Skipf("NOTE: a disk can be mounted by a superuser only (%v): the full and the read-only disk were not tried on the served program", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// says is a page of the program.
func (s *served) says(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := s.client.Get(s.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// TestServedDiskFull lets the disk under the served program run full while
// texts come in. Who is not answered is told to come again, /readyz says why,
// pages are shown, and with room again all goes on by itself.
func TestServedDiskFull(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, "64m")
	v := newVictimIn(t, dir, 1)
	s := v.all[0]
	s.rise(t)
	filler := filepath.Join(dir, "filler")
	var n, acked int64
	for n = 1; n <= 20; n++ {
		if err := v.text(n); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, filler)
	var refused []int64
	for acked = 20; len(refused) < 10 && n < 5000; n++ {
		err := v.text(n)
		if errors.Is(err, errRefused) {
			t.Fatalf("a provider was told something else than to come again: %v", err)
		}
		if err == nil {
			acked++
			continue
		}
		refused = append(refused, n)
	}
	if len(refused) < 10 {
		t.Fatal("the disk never was full: the test asks nothing")
	}
	if status, body := s.says(t, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "disk is full") || !strings.Contains(body, "make room") {
		t.Errorf("/readyz answers %d %s, want 503 and what to do", status, body)
	}
	if status, _ := s.says(t, "/"); status != http.StatusOK {
		t.Errorf("the start page answers %d while the disk is full", status)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if !awaited(s) {
		t.Fatal("with room again the program did not go on by itself")
	}
	for _, again := range refused {
		if err := v.text(again); err != nil {
			t.Errorf("with room again: %v", err)
		}
	}
	s.kill(t)
	v.wantTexts = acked + int64(len(refused))
	v.count(t, "the disk was full")
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for size := len(block); size >= 512; {
		if _, err := f.Write(block[:size]); err != nil {
			size /= 2
		}
	}
}

// TestReadOnlyDisk starts the program on a disk that may not be written: it
// says so and changes nothing, and starts when it may.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, "64m")
	v := newVictimIn(t, dir, 1)
	s := v.all[0]
	s.rise(t)
	if err := v.text(1); err != nil {
		t.Fatal(err)
	}
	s.kill(t)
	readOnly(t, dir, true)
	out, code := command(t, s.environ, "serve")
	if code != 1 || !strings.Contains(out, "cannot be opened for writing") || !strings.Contains(out, "read-only") {
		t.Errorf("serving from a read-only disk: exit %d\n%s", code, out)
	}
	readOnly(t, dir, false)
	s.rise(t)
	s.kill(t)
	v.wantTexts = 1
	v.count(t, "the disk was read-only")
}

func readOnly(t *testing.T, dir string, only bool) {
	t.Helper()
	var flags uintptr = syscall.MS_REMOUNT
	if only {
		flags |= syscall.MS_RDONLY
	}
	if err := syscall.Mount("none", dir, "tmpfs", flags, ""); err != nil {
		t.Fatal(err)
	}
}

// TestServedDiskTurnsReadOnly takes the right to write from the store's files
// under the served program, as a disk does that has had enough of its faults.
func TestServedDiskTurnsReadOnly(t *testing.T) {
	t.Parallel()
	v := newVictim(t, 1)
	s := v.all[0]
	s.rise(t)
	const before, during = 5, 10
	for n := range int64(before) {
		if err := v.text(n + 1); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(v.config(t).DataDir, "folkmoot.db*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("the store's files: %v, %v", files, err)
	}
	immutable(t, files, true)
	var refused []int64
	for n := int64(before + 1); n <= before+during; n++ {
		err := v.text(n)
		if errors.Is(err, errRefused) {
			t.Fatalf("a provider was told something else than to come again: %v", err)
		}
		if err != nil {
			refused = append(refused, n)
		}
	}
	if len(refused) == 0 {
		t.Skip("NOTE: this file system writes on to open files that may not be written: a disk that turns read-only was not tried on the served program")
	}
	if status, body := s.says(t, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "does not answer") {
		t.Errorf("/readyz answers %d %s, want 503 and why", status, body)
	}
	if status, _ := s.says(t, "/"); status != http.StatusOK {
		t.Errorf("the start page answers %d while nothing can be written", status)
	}
	immutable(t, files, false)
	if !awaited(s) {
		t.Fatal("when it could write again the program did not go on by itself")
	}
	for _, again := range refused {
		if err := v.text(again); err != nil {
			t.Errorf("when it could write again: %v", err)
		}
	}
	s.kill(t)
	v.wantTexts = before + during
	v.count(t, "the disk turned read-only")
}

// immutableFlag is FS_IMMUTABLE_FL of Linux' linux/fs.h.
const immutableFlag = 0x10

// immutable forbids every write to files, or allows it again, whoever has them
// open. Only a superuser may, and not on every file system.
func immutable(t *testing.T, files []string, on bool) {
	t.Helper()
	for _, path := range files {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) && !on { // the program has ended and tidied up
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		flags, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS)
		if err == nil {
			flags &^= immutableFlag
			if on {
				flags |= immutableFlag
				t.Cleanup(func() { immutable(t, []string{path}, false) })
			}
			err = unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags)
		}
		if err != nil && on {
			t.Skipf("NOTE: files cannot be made immutable here (%v): a disk that turns read-only was not tried on the served program", err)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// TestServedDamagedPage damages pages of the store's file, as a failing disk
// does. Verify names the place; the served program answers 503 to whoever
// needs what cannot be read, serves the others, and never writes over it.
func TestServedDamagedPage(t *testing.T) {
	t.Parallel()
	v := newVictim(t, 1)
	s := v.all[0]
	s.rise(t)
	const texts = 120
	for n := range int64(texts) {
		if err := v.text(n + 1); err != nil {
			t.Fatal(err)
		}
	}
	s.leave(t)
	path := filepath.Join(v.config(t).DataDir, "folkmoot.db")
	damaged := damage(t, path, "simulated:text:SM00000000000000000000000000000077")
	out, code := command(t, s.environ, "store", "verify")
	if code != 1 || !strings.Contains(out, "WRONG   the database file") || !strings.Contains(out, "WRONG   events") || !strings.Contains(out, "Restore what is damaged from a backup") {
		t.Errorf("verify: exit %d\n%s", code, out)
	}
	s.rise(t)
	away := 0
	for n := range int64(texts) { // the provider repeats what it has sent
		err := v.text(n + 1)
		if errors.Is(err, errRefused) {
			t.Fatalf("a provider was told something else than to come again: %v", err)
		}
		if err != nil {
			away++
		}
	}
	if away == 0 || away == texts {
		t.Errorf("%d of %d texts were answered 503, want some: those that lie on the damaged pages", away, texts)
	}
	s.leave(t)
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range damaged {
		if len(bytes.Trim(now[page:page+pageSize], "\xA5")) > 0 {
			t.Errorf("the damaged page at %d was written over", page)
		}
	}
	t.Logf("NOTE: %d damaged pages: %d of %d texts answered 503, the others as before", len(damaged), away, texts)
}

const pageSize = 4096

// damage overwrites the leaves of a database's trees in which a string stands
// and answers where they begin.
func damage(t *testing.T, path, holds string) (pages []int) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := 0; page < len(raw); page += pageSize {
		leaf := raw[page] == 0x0A || raw[page] == 0x0D // of an index, of a table
		if leaf && bytes.Contains(raw[page:page+pageSize], []byte(holds)) {
			copy(raw[page:], bytes.Repeat([]byte{0xA5}, pageSize))
			pages = append(pages, page)
		}
	}
	if len(pages) == 0 {
		t.Fatalf("%s is not in %s", holds, path)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return pages
}
