package mongostore_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// proxy stands between the driver and the stand-in server. It lets one write
// through at a time, which makes FerretDB's compare-and-swap atomic as
// MongoDB's is, and it can fail as networks and primaries do.
type proxy struct {
	uri, upstream string
	listener      net.Listener
	writing       sync.Mutex

	mu    sync.Mutex
	rule  func(command string) verdict
	conns []net.Conn
	done  sync.WaitGroup
}

// verdict says what becomes of a command: nothing unusual, or one of these.
type verdict struct {
	cutBefore bool   // the connection breaks before the server has it
	cutAfter  bool   // the connection breaks before the answer comes
	answer    bson.D // this instead of asking the server
}

func newProxy(t testing.TB, upstreamURI string) *proxy {
	t.Helper()
	u, err := url.PathUnescape(upstreamURI[len("mongodb://"):])
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{upstream: u[:len(u)-1]}
	path := filepath.Join(shortDir(t), "p.sock")
	if p.listener, err = net.Listen("unix", path); err != nil {
		t.Fatal(err)
	}
	p.uri = "mongodb://" + url.PathEscape(path) + "/"
	p.done.Go(p.accept)
	t.Cleanup(func() {
		_ = p.listener.Close()
		p.breakAll()
		p.done.Wait()
	})
	return p
}

// obey sets the rule for commands from now on; nil lets all through.
func (p *proxy) obey(rule func(command string) verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule = rule
}

// once applies a verdict to the next command of a name alone.
func (p *proxy) once(name string, v verdict) {
	var used sync.Once
	p.obey(func(command string) (out verdict) {
		if command == name {
			used.Do(func() { out = v })
		}
		return out
	})
}

func (p *proxy) breakAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.upstream)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		p.done.Go(func() {
			defer client.Close()
			defer server.Close()
			for p.exchange(client, server) {
			}
		})
	}
}

// exchange passes one command and its answer on; false ends the connection.
func (p *proxy) exchange(client, server net.Conn) bool {
	msg, err := readMessage(client)
	if err != nil {
		return false
	}
	name := commandOf(msg)
	p.mu.Lock()
	rule := p.rule
	p.mu.Unlock()
	var v verdict
	if rule != nil {
		v = rule(name)
	}
	if v.cutBefore {
		return false
	}
	if v.answer != nil {
		_, err := client.Write(answerTo(msg, v.answer))
		return err == nil
	}
	reply, err := p.ask(server, msg, name)
	if err != nil || v.cutAfter {
		return false
	}
	_, err = client.Write(reply)
	return err == nil
}

var writes = []string{"insert", "update", "delete", "findAndModify"}

func (p *proxy) ask(server net.Conn, msg []byte, name string) ([]byte, error) {
	if slices.Contains(writes, name) {
		p.writing.Lock()
		defer p.writing.Unlock()
	}
	if _, err := server.Write(msg); err != nil {
		return nil, err
	}
	return readMessage(server)
}

func readMessage(r io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	msg := make([]byte, binary.LittleEndian.Uint32(head[:]))
	copy(msg, head[:])
	_, err := io.ReadFull(r, msg[4:])
	return msg, err
}

const (
	opMsg     = 2013
	headerLen = 16
)

// commandOf is the name of a message's command, "" for the driver's first
// greeting in the old form.
func commandOf(msg []byte) string {
	if binary.LittleEndian.Uint32(msg[12:]) != opMsg {
		return ""
	}
	elem, err := bson.Raw(msg[headerLen+5:]).IndexErr(0)
	if err != nil {
		return ""
	}
	return elem.Key()
}

// answerTo makes an answer in the server's name.
func answerTo(msg []byte, answer bson.D) []byte {
	body, err := bson.Marshal(answer)
	if err != nil {
		panic(err)
	}
	out := make([]byte, headerLen, headerLen+5+len(body))
	copy(out[8:12], msg[4:8]) // in answer to
	binary.LittleEndian.PutUint32(out[12:], opMsg)
	out = append(out, 0, 0, 0, 0, 0) // no flags, one document follows
	out = append(out, body...)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	return out
}
