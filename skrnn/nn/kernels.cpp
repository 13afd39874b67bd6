// Python module of the fused kernels: compiles them for several instruction sets and calls one.
//
// The functions take raw addresses and sizes, and link neither torch nor a thread library; the
// caller (kernels.py) owns all memory and splits the batch, and the gates, over threads. Stable ABI of Python 3.10.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>  // only for LARGER and SMALLER, which no vector extension has
#endif
#if !defined(__GNUC__)
#error "The kernels use the vector extensions of GCC and Clang."
#endif

namespace {

// One call, in the order of the arguments of `run` after the first, the instruction set: rows
// [begin, end) of a batch through all steps, and then, backward, the gradients of the weights of
// gates [first_gate, end_gate), which need those of all rows. All arrays are float32 and contiguous.
struct Arguments {
    long long cell;  // 0 rnn, 1 rnn_relu, 2 lstm, 3 gru
    long long backward, reverse, keep;
    long long steps, batch, hidden, width;
    long long channels;      // of x, or 0 where the caller projects the input
    long long begin, end, first_gate, end_gate;
    const long long* sizes;  // rows of each step, or null where all have `batch`
    const float* x;          // (n, channels)
    const float *input, *recurrent;            // (gates * hidden, channels or hidden)
    const float *input_bias, *recurrent_bias;  // (gates * hidden,); the former null without channels
    // (n, gates * width): the input projections, if the caller makes them; then the activated gates, if
    // `keep`. Null where neither is needed, as is extra (n, width).
    float *gates, *extra;
    float* states;           // (n + batch, width): the initial states, and after them the outputs
    const float *h0, *c0;    // (batch, width) or null: zeros
    const float* decays;     // (n, width) or null: factors of the state before each step
    float *last_h, *last_c;  // (batch, width)
    // Gradients, only backward.
    const float* doutputs;           // (n, width) or null: zeros
    const float *dlast_h, *dlast_c;  // (batch, width) or null: zeros
    float* dgates;           // (n, (alone + gates) * width), as a cell's `backward` writes them
    float *dh0, *dc0;        // (batch, width) or null
    float* ddecays;          // (n, width), null without decays
    float *dinput, *drecurrent;            // (gates * width, channels or width)
    float *dinput_bias, *drecurrent_bias;  // (gates * width,)
};
const Py_ssize_t N_ARGUMENTS = sizeof(Arguments) / sizeof(long long);
static_assert(sizeof(void*) == sizeof(long long), "an address is as long as a number");

struct Job : Arguments {
    long rows;                 // of all steps together
    float* outputs;            // those of `states` after the initial ones
    const long* offsets;       // first packed row of each step
    const float* zeros;        // (width,)
};

namespace baseline {
#define LANES 4
#define REGISTERS 16
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define SMALLER(a, b) ((a) < (b) ? (a) : (b))
#include "recurrent_kernels.h"
#undef LANES
#undef REGISTERS
#undef LARGER
#undef SMALLER
}  // namespace baseline

#if defined(__x86_64__)
#define HAS_X86 1
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace avx2 {
#define LANES 8
#define REGISTERS 16
#define LARGER(a, b) (vec)_mm256_max_ps((__m256)(a), (__m256)(b))
#define SMALLER(a, b) (vec)_mm256_min_ps((__m256)(a), (__m256)(b))
#include "recurrent_kernels.h"
#undef LANES
#undef REGISTERS
#undef LARGER
#undef SMALLER
}  // namespace avx2
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx2,fma,prefer-vector-width=512")
#endif
namespace avx512 {
#define LANES 16
#define REGISTERS 32
#define LARGER(a, b) (vec)_mm512_maskz_max_ps(0xffff, (__m512)(a), (__m512)(b))
#define SMALLER(a, b) (vec)_mm512_maskz_min_ps(0xffff, (__m512)(a), (__m512)(b))
#include "recurrent_kernels.h"
#undef LANES
#undef REGISTERS
#undef LARGER
#undef SMALLER
}  // namespace avx512
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

struct InstructionSet {
    const char* name;
    void (*run)(const Job&);
    void (*weight_gradient)(const float*, long, const float*, long, long, long, long, float*);
    void (*product)(const float*, long, long, const float*, bool, long, const float*, long, long, float*);
};
#define FUNCTIONS(set) set::run, set::weight_gradient, set::product

const InstructionSet SETS[] = {
#ifdef HAS_X86
    {"avx512", FUNCTIONS(avx512)},
    {"avx2", FUNCTIONS(avx2)},
#endif
    {"baseline", FUNCTIONS(baseline)},
};
const int N_SETS = sizeof(SETS) / sizeof(SETS[0]);

bool is_supported(const char* name) {
#ifdef HAS_X86
    __builtin_cpu_init();
    if (!strcmp(name, "avx512")) return __builtin_cpu_supports("avx512f");
    if (!strcmp(name, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return true;
}

// instruction_sets() -> list of (number, name), best first, of those that this processor has
PyObject* instruction_sets(PyObject*, PyObject*) {
    PyObject* list = PyList_New(0);
    for (int i = 0; list && i < N_SETS; ++i) {
        if (!is_supported(SETS[i].name)) continue;
        PyObject* item = Py_BuildValue("(is)", i, SETS[i].name);
        if (!item || PyList_Append(list, item)) Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

// Reads whole numbers, addresses among them, of which the first is that of an instruction set.
bool read(PyObject* const* args, Py_ssize_t given, Py_ssize_t least, Py_ssize_t most, long long* numbers) {
    if (given < least || given > most) {
        PyErr_Format(PyExc_TypeError, "expected %zd to %zd arguments, got %zd", least, most, given);
        return false;
    }
    for (Py_ssize_t i = 0; i < given; ++i) {
        numbers[i] = PyLong_AsLongLong(args[i]);
        if (numbers[i] == -1 && PyErr_Occurred()) return false;
    }
    if (numbers[0] >= 0 && numbers[0] < N_SETS) return true;
    PyErr_SetString(PyExc_ValueError, "unknown instruction set");
    return false;
}

// Runs work without the interpreter lock, so that other threads can run too.
template <class Work>
PyObject* without_lock(const Work& work) {
    bool no_memory = false;
    char failure[200] = "";  // no string, which could need memory itself
    Py_BEGIN_ALLOW_THREADS;
    try {
        work();
    } catch (const std::bad_alloc&) {
        no_memory = true;
    } catch (const std::exception& error) {
        snprintf(failure, sizeof(failure), "the kernels failed: %s", error.what());
    }
    Py_END_ALLOW_THREADS;
    if (no_memory) return PyErr_NoMemory();
    if (!*failure) Py_RETURN_NONE;
    PyErr_SetString(PyExc_RuntimeError, failure);
    return nullptr;
}

// run(set, *arguments): those of `Arguments`; arrays at the end that are null may be left out
PyObject* run(PyObject*, PyObject* const* args, Py_ssize_t given) {
    long long numbers[1 + N_ARGUMENTS] = {};
    const Py_ssize_t least = 1 + offsetof(Arguments, last_c) / sizeof(long long);
    if (!read(args, given, least, 1 + N_ARGUMENTS, numbers)) return nullptr;
    return without_lock([&] {
        Job job = {};
        memcpy(static_cast<Arguments*>(&job), numbers + 1, sizeof(Arguments));
        std::vector<long> offsets(job.steps + 1);
        for (long t = 0; t < job.steps; ++t)
            offsets[t + 1] = offsets[t] + (job.sizes ? job.sizes[t] : job.batch);
        const std::vector<float> zeros(job.width);
        job.offsets = offsets.data();
        job.zeros = zeros.data();
        job.rows = offsets[job.steps];
        job.outputs = job.states + job.batch * job.width;
        SETS[numbers[0]].run(job);
    });
}

// weight_gradient(set, gradients, stride, values, width, n, begin, end, sums)
PyObject* weight_gradient(PyObject*, PyObject* const* args, Py_ssize_t given) {
    long long v[9];
    if (!read(args, given, 9, 9, v)) return nullptr;
    return without_lock([&] {
        SETS[v[0]].weight_gradient((const float*)v[1], v[2], (const float*)v[3], v[4], v[5], v[6], v[7],
                                   (float*)v[8]);
    });
}

// product(set, a, a_stride, k_count, b, transposed, columns, start, out, begin, end)
PyObject* product(PyObject*, PyObject* const* args, Py_ssize_t given) {
    long long v[11];
    if (!read(args, given, 11, 11, v)) return nullptr;
    return without_lock([&] {
        SETS[v[0]].product((const float*)v[1], v[2], v[3], (const float*)v[4], v[5], v[6],
                           (const float*)v[7], v[9], v[10], (float*)v[8]);
    });
}

PyMethodDef METHODS[] = {
    {"instruction_sets", instruction_sets, METH_NOARGS, nullptr},
    {"run", (PyCFunction)(void (*)(void))run, METH_FASTCALL, nullptr},
    {"product", (PyCFunction)(void (*)(void))product, METH_FASTCALL, nullptr},
    {"weight_gradient", (PyCFunction)(void (*)(void))weight_gradient, METH_FASTCALL, nullptr},
    {nullptr, nullptr, 0, nullptr},
};
PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_kernels", "Fused kernels of recurrent layers.", 0, METHODS,
                      nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__kernels() {
    PyObject* module = PyModule_Create(&MODULE);
    if (module && PyModule_AddIntConstant(module, "N_ARGUMENTS", N_ARGUMENTS)) Py_CLEAR(module);
    return module;
}
