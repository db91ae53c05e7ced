package highs

import (
	"context"
	"fmt"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const (
	errnoNotSupported = 52 // WASI ENOSYS
	pageSize          = 64 << 10
	stepSeconds       = 1e-6 // how far a look at the clock advances it
)

// abort is what a host function panics with to leave the module for good.
type abort struct{ err error }

func (a abort) Error() string { return a.err.Error() }

// callState travels in the context of one call into the module.
type callState struct {
	ctx   context.Context
	ticks int64
}

type stateKey struct{}

// tick is the module's clock: it advances one microsecond per look, so that
// time never steers a solve, and it is where a cancelled context is noticed.
func tick(ctx context.Context) int64 {
	s, ok := ctx.Value(stateKey{}).(*callState)
	if !ok {
		return 0
	}
	if err := s.ctx.Err(); err != nil {
		panic(abort{err})
	}
	s.ticks++
	return s.ticks
}

type hostFunc struct {
	params, results []api.ValueType
	fn              func(ctx context.Context, mod api.Module, stack []uint64)
}

var (
	i32 = api.ValueTypeI32
	i64 = api.ValueTypeI64
	f64 = api.ValueTypeF64
)

func ints(n int) []api.ValueType {
	out := make([]api.ValueType, n)
	for i := range out {
		out[i] = i32
	}
	return out
}

func returning(value uint64) func(context.Context, api.Module, []uint64) {
	return func(_ context.Context, _ api.Module, stack []uint64) { stack[0] = value }
}

func aborting(why string) func(context.Context, api.Module, []uint64) {
	return func(context.Context, api.Module, []uint64) {
		panic(abort{fmt.Errorf("the solver stopped: %s", why)})
	}
}

func nothing(context.Context, api.Module, []uint64) {}

// hostFuncs are the functions the module imports, by their unminified names.
func hostFuncs() map[string]hostFunc {
	one := []api.ValueType{i32}
	refuse := returning(errnoNotSupported)
	const noSuchCall = 1<<32 - 52 // -ENOSYS as the module's C library reads it
	return map[string]hostFunc{
		"___cxa_throw":                         {ints(3), nil, aborting("it threw an exception")},
		"___syscall_fcntl64":                   {ints(3), one, returning(noSuchCall)},
		"___syscall_ioctl":                     {ints(3), one, returning(noSuchCall)},
		"___syscall_openat":                    {ints(4), one, returning(noSuchCall)},
		"__abort_js":                           {nil, nil, aborting("it aborted")},
		"__emscripten_runtime_keepalive_clear": {nil, nil, nothing},
		"__setitimer_js":                       {[]api.ValueType{i32, f64}, one, returning(0)},
		"__tzset_js":                           {ints(4), nil, nothing},
		"_clock_time_get":                      {[]api.ValueType{i32, i64, i32}, one, clockTimeGet},
		"_emscripten_date_now":                 {nil, []api.ValueType{f64}, now},
		"_emscripten_get_now":                  {nil, []api.ValueType{f64}, now},
		"_emscripten_resize_heap":              {one, one, resizeHeap},
		"_environ_get":                         {ints(2), one, returning(0)},
		"_environ_sizes_get":                   {ints(2), one, environSizes},
		"_exit":                                {one, nil, aborting("it exited")},
		"_fd_close":                            {one, one, returning(0)},
		"_fd_read":                             {ints(4), one, refuse},
		"_fd_seek":                             {[]api.ValueType{i32, i64, i32, i32}, one, refuse},
		"_fd_write":                            {ints(4), one, discard},
		"_proc_exit":                           {one, nil, aborting("it exited")},
	}
}

func installHost(ctx context.Context, runtime wazero.Runtime, imports map[string]string) error {
	known := hostFuncs()
	builder := runtime.NewHostModuleBuilder("a")
	for minified, name := range imports {
		f, ok := known[name]
		if !ok {
			return fmt.Errorf("the module imports %s, which this version does not provide", name)
		}
		builder.NewFunctionBuilder().
			WithGoModuleFunction(api.GoModuleFunc(f.fn), f.params, f.results).
			Export(minified)
	}
	_, err := builder.Instantiate(ctx)
	return err
}

func now(ctx context.Context, _ api.Module, stack []uint64) {
	stack[0] = api.EncodeF64(float64(tick(ctx)) * stepSeconds * 1000) // milliseconds
}

func clockTimeGet(ctx context.Context, mod api.Module, stack []uint64) {
	mod.Memory().WriteUint64Le(uint32(stack[2]), uint64(tick(ctx))*1000) // nanoseconds, a microsecond per step
	stack[0] = 0
}

func environSizes(_ context.Context, mod api.Module, stack []uint64) {
	mod.Memory().WriteUint32Le(uint32(stack[0]), 0)
	mod.Memory().WriteUint32Le(uint32(stack[1]), 0)
	stack[0] = 0
}

// resizeHeap grows the memory to the asked size, with a fifth to spare so that
// a growing solve does not ask each time.
func resizeHeap(_ context.Context, mod api.Module, stack []uint64) {
	mem := mod.Memory()
	asked, size := uint64(uint32(stack[0])), uint64(mem.Size())
	want := max(asked, size+size/5)
	if want > 1<<31 {
		want = asked
	}
	stack[0] = 0
	if asked > 1<<31 || asked <= size {
		return
	}
	pages := (want - size + pageSize - 1) / pageSize
	if _, ok := mem.Grow(uint32(pages)); ok {
		stack[0] = 1
	}
}

// discard swallows what the solver would print.
func discard(_ context.Context, mod api.Module, stack []uint64) {
	mem := mod.Memory()
	var total uint32
	for i := range uint32(stack[2]) {
		n, _ := mem.ReadUint32Le(uint32(stack[1]) + 8*i + 4)
		total += n
	}
	mem.WriteUint32Le(uint32(stack[3]), total)
	stack[0] = 0
}
