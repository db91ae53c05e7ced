package highs

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

//go:embed all:wasm
var files embed.FS

// ErrAssets is returned where the solver was not built into the program.
var ErrAssets = errors.New("the solver is not built in: run make assets, then build again")

// names is the table that scripts/assets/highs.mjs writes.
type names struct {
	Version string            `json:"version"`
	Exports map[string]string `json:"exports"`
	Imports map[string]string `json:"imports"`
}

// Engine holds the compiled module. It is safe for concurrent use; each
// concurrent user takes an Instance of its own.
type Engine struct {
	cacheDir string

	mu       sync.Mutex
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	names    names
	took     time.Duration
}

// New makes an engine that compiles at its first use. cacheDir keeps the
// compiled machine code between runs; "" means compile in each process.
func New(cacheDir string) *Engine { return &Engine{cacheDir: cacheDir} }

// CompileTime is how long the first use spent on compiling, zero before it.
func (e *Engine) CompileTime() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.took
}

// Version is the version of the npm package the module came from.
func (e *Engine) Version() (string, error) {
	n, _, err := readAssets()
	return n.Version, err
}

// Close frees the compiled module and every instance still open.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runtime == nil {
		return nil
	}
	err := e.runtime.Close(ctx)
	e.runtime, e.compiled = nil, nil
	return err
}

func readAssets() (names, []byte, error) {
	var n names
	table, err := files.ReadFile("wasm/names.json")
	if err != nil {
		return n, nil, ErrAssets
	}
	if err := json.Unmarshal(table, &n); err != nil {
		return n, nil, fmt.Errorf("reading the solver's table of names: %w", err)
	}
	module, err := files.ReadFile("wasm/highs.wasm")
	if err != nil {
		return n, nil, ErrAssets
	}
	return n, module, nil
}

// compile readies the module once; later calls return at once.
func (e *Engine) compile(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.compiled != nil {
		return nil
	}
	started := time.Now()
	n, module, err := readAssets()
	if err != nil {
		return err
	}
	config := wazero.NewRuntimeConfig()
	if e.cacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(e.cacheDir)
		if err != nil {
			return fmt.Errorf("opening the solver's compile cache: %w", err)
		}
		config = config.WithCompilationCache(cache)
	}
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	compiled, err := runtime.CompileModule(ctx, module)
	if err == nil {
		err = installHost(ctx, runtime, n.Imports)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("compiling the solver: %w", err), runtime.Close(ctx))
	}
	e.runtime, e.compiled, e.names, e.took = runtime, compiled, n, time.Since(started)
	return nil
}

// Instance starts a solver with memory of its own. The caller must Close it.
func (e *Engine) Instance(ctx context.Context) (*Instance, error) {
	if err := e.compile(ctx); err != nil {
		return nil, err
	}
	e.mu.Lock()
	runtime, compiled, table := e.runtime, e.compiled, e.names
	e.mu.Unlock()
	mod, err := runtime.InstantiateModule(ctx, compiled,
		wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, fmt.Errorf("starting the solver: %w", err)
	}
	in := &Instance{mod: mod, names: table.Exports, funcs: map[string]api.Function{}}
	if _, err := in.call(ctx, "__wasm_call_ctors"); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}
