package highs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/tetratelabs/wazero/api"

	"folkmoot/domain/sortition"
)

// Instance is one running solver. It is not safe for concurrent use. Its
// memory grows and never shrinks: take a new one for each draw.
type Instance struct {
	mod   api.Module
	names map[string]string
	funcs map[string]api.Function
	buf   uint32 // scratch memory in the module, reused by every call
	size  uint32
	spent error
	state callState
	stack [24]uint64
}

var _ sortition.Solver = (*Instance)(nil)

// Close frees the instance's memory.
func (in *Instance) Close() {
	_ = in.mod.Close(context.Background())
	if in.spent == nil {
		in.spent = errors.New("the solver was closed")
	}
}

// call runs an exported function. Any panic out of the module spends the
// instance: its memory can no longer be trusted.
func (in *Instance) call(ctx context.Context, name string, args ...uint64) (uint64, error) {
	if in.spent != nil {
		return 0, in.spent
	}
	fn := in.funcs[name]
	if fn == nil {
		if fn = in.mod.ExportedFunction(in.names[name]); fn == nil {
			return 0, fmt.Errorf("the solver has no function %s", name)
		}
		in.funcs[name] = fn
	}
	n := copy(in.stack[:], args)
	in.state.ctx = ctx
	err := fn.CallWithStack(context.WithValue(ctx, stateKey{}, &in.state), in.stack[:max(n, 1)])
	if err == nil {
		return in.stack[0], nil
	}
	if cancelled := ctx.Err(); cancelled != nil {
		err = cancelled
	}
	in.spent = fmt.Errorf("%s: %w", name, err)
	return 0, in.spent
}

// must is call for functions that return a HiGHS status: -1 is an error.
func (in *Instance) must(ctx context.Context, name string, args ...uint64) error {
	status, err := in.call(ctx, name, args...)
	if err == nil && int32(uint32(status)) == -1 {
		err = fmt.Errorf("the solver refused %s", name)
	}
	return err
}

// scratch makes sure that the module has n bytes of scratch memory.
func (in *Instance) scratch(ctx context.Context, n int) error {
	if uint32(n) <= in.size {
		return nil
	}
	if in.buf != 0 {
		if _, err := in.call(ctx, "_free", uint64(in.buf)); err != nil {
			return err
		}
		in.buf, in.size = 0, 0
	}
	want := n + n/2 + 4096
	ptr, err := in.call(ctx, "_malloc", uint64(want))
	if err != nil {
		return err
	}
	if uint32(ptr) == 0 {
		return errors.New("the solver is out of memory")
	}
	in.buf, in.size = uint32(ptr), uint32(want)
	return nil
}

// arena lays out arguments one after another in the scratch memory. Sizes are
// known before, so that the memory never moves while it is filled.
type arena struct {
	in   *Instance
	next uint32
}

func (in *Instance) arena(ctx context.Context, doubles, ints, bytes int) (*arena, error) {
	if err := in.scratch(ctx, 8*doubles+4*ints+bytes+64); err != nil {
		return nil, err
	}
	return &arena{in: in, next: (in.buf + 7) &^ 7}, nil
}

func (a *arena) take(n int) uint32 {
	ptr := a.next
	a.next = (a.next + uint32(n) + 7) &^ 7
	return ptr
}

func (a *arena) view(ptr uint32, n int) []byte {
	b, ok := a.in.mod.Memory().Read(ptr, uint32(n))
	if !ok {
		panic("highs: scratch memory out of range")
	}
	return b
}

func (a *arena) floats(values []float64) uint64 {
	ptr := a.take(8 * len(values))
	b := a.view(ptr, 8*len(values))
	for i, v := range values {
		binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(v))
	}
	return uint64(ptr)
}

func (a *arena) ints(values []int32) uint64 {
	ptr := a.take(4 * len(values))
	b := a.view(ptr, 4*len(values))
	for i, v := range values {
		binary.LittleEndian.PutUint32(b[4*i:], uint32(v))
	}
	return uint64(ptr)
}

func (a *arena) text(s string) uint64 {
	ptr := a.take(len(s) + 1)
	b := a.view(ptr, len(s)+1)
	copy(b, s)
	b[len(s)] = 0
	return uint64(ptr)
}

func (a *arena) readFloats(ptr uint64, n int) []float64 {
	b := a.view(uint32(ptr), 8*n)
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
	}
	return out
}

func (a *arena) readInts(ptr uint64, n int) []int32 {
	b := a.view(uint32(ptr), 4*n)
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

func f(v float64) uint64 { return math.Float64bits(v) }
func i(v int) uint64     { return uint64(uint32(int32(v))) }
