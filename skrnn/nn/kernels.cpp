// Python module of the fused kernels: compiles them for several instruction sets and calls one.
//
// The functions take raw addresses and sizes, and link neither torch nor a thread library; the
// caller (kernels.py) owns all memory and splits the batch over threads. Stable ABI of Python 3.10.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>  // only for LARGER and SMALLER, which no vector extension has
#endif
#if !defined(__GNUC__)
#error "The kernels use the vector extensions of GCC and Clang."
#endif

namespace {

// One call: rows [begin, end) of a batch through all steps. All arrays are float32 and contiguous.
struct Job {
    int cell;          // 0 rnn, 1 rnn_relu, 2 lstm, 3 gru
    int backward, reverse, keep;
    long steps, batch, hidden, width, begin, end;
    const long long* sizes;  // rows of each step, or null where all have `batch`
    float* gates;            // (n, gates * width): input projections, then activated gates
    float* extra;            // (n, width) or null
    float* outputs;          // (n, width)
    const float *weights;    // (gates * hidden, hidden), recurrent
    const float *bias;       // (gates * width,), recurrent
    const float *h0, *c0;    // (batch, width) or null: zeros
    float *last_h, *last_c;  // (batch, width)
    const float *doutputs;   // (n, width) or null
    const float *dlast_h, *dlast_c;  // (batch, width) or null
    float *dgates;  // (n, (alone + gates) * width): gradients of the gates, as `backward` writes them
    float *dh0, *dc0;        // (batch, width)
    const float* decays;     // (n, width) or null: factors of the state before each step
    float* ddecays;          // (n, width)
    const long* offsets;     // first packed row of each step
    const float* zeros;      // (width,)
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
    void (*input_gradient)(const float*, long, long, const float*, long, long, float*, float*, float*);
};
#define FUNCTIONS(set) set::run, set::weight_gradient, set::product, set::input_gradient

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

bool is_set(int set) {
    if (set >= 0 && set < N_SETS) return true;
    PyErr_SetString(PyExc_ValueError, "unknown instruction set");
    return false;
}

// Runs work without the interpreter lock, so that other threads can run too.
template <class Work>
PyObject* without_lock(const Work& work) {
    bool failed = false;
    Py_BEGIN_ALLOW_THREADS;
    try {
        work();
    } catch (const std::exception&) {
        failed = true;
    }
    Py_END_ALLOW_THREADS;
    if (failed) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

// run(set, cell, backward, reverse, keep, steps, batch, hidden, width, begin, end, *addresses); the last two
// addresses, of decays and their gradients, may be left out
PyObject* run(PyObject*, PyObject* args) {
    Job job = {};
    int set;
    unsigned long long sizes, p[17] = {};
    if (!PyArg_ParseTuple(args, "iiiiillllllKKKKKKKKKKKKKKKK|KK", &set, &job.cell, &job.backward,
                          &job.reverse, &job.keep, &job.steps, &job.batch, &job.hidden, &job.width,
                          &job.begin, &job.end, &sizes, p, p + 1, p + 2, p + 3, p + 4, p + 5, p + 6, p + 7, p + 8,
                          p + 9, p + 10, p + 11, p + 12, p + 13, p + 14, p + 15, p + 16) ||
        !is_set(set))
        return nullptr;
    job.sizes = (const long long*)sizes;
    job.gates = (float*)p[0];
    job.extra = (float*)p[1];
    job.outputs = (float*)p[2];
    job.weights = (const float*)p[3];
    job.bias = (const float*)p[4];
    job.h0 = (const float*)p[5];
    job.c0 = (const float*)p[6];
    job.last_h = (float*)p[7];
    job.last_c = (float*)p[8];
    job.doutputs = (const float*)p[9];
    job.dlast_h = (const float*)p[10];
    job.dlast_c = (const float*)p[11];
    job.dgates = (float*)p[12];
    job.dh0 = (float*)p[13];
    job.dc0 = (float*)p[14];
    job.decays = (const float*)p[15];
    job.ddecays = (float*)p[16];
    return without_lock([&] {
        std::vector<long> offsets(job.steps + 1);
        for (long t = 0; t < job.steps; ++t)
            offsets[t + 1] = offsets[t] + (job.sizes ? job.sizes[t] : job.batch);
        const std::vector<float> zeros(job.width);
        job.offsets = offsets.data();
        job.zeros = zeros.data();
        SETS[set].run(job);
    });
}

// weight_gradient(set, gradients, stride, values, width, n, begin, end, sums)
PyObject* weight_gradient(PyObject*, PyObject* args) {
    int set;
    unsigned long long gradients, values, sums;
    long stride, width, n, begin, end;
    if (!PyArg_ParseTuple(args, "iKlKllllK", &set, &gradients, &stride, &values, &width, &n, &begin,
                          &end, &sums) ||
        !is_set(set))
        return nullptr;
    return without_lock([&] {
        SETS[set].weight_gradient((const float*)gradients, stride, (const float*)values, width, n, begin,
                                  end, (float*)sums);
    });
}

// product(set, a, a_stride, k_count, b, transposed, columns, start, out, begin, end)
PyObject* product(PyObject*, PyObject* args) {
    int set, transposed;
    unsigned long long a, b, start, out;
    long a_stride, k_count, columns, begin, end;
    if (!PyArg_ParseTuple(args, "iKllKilKKll", &set, &a, &a_stride, &k_count, &b, &transposed, &columns,
                          &start, &out, &begin, &end) ||
        !is_set(set))
        return nullptr;
    return without_lock([&] {
        SETS[set].product((const float*)a, a_stride, k_count, (const float*)b, transposed, columns,
                          (const float*)start, begin, end, (float*)out);
    });
}

// input_gradient(set, gradients, gates, alone, values, channels, n, input, input_bias, recurrent_bias)
PyObject* input_gradient(PyObject*, PyObject* args) {
    int set;
    unsigned long long gradients, values, input, input_bias, recurrent_bias;
    long gates, alone, channels, n;
    if (!PyArg_ParseTuple(args, "iKllKllKKK", &set, &gradients, &gates, &alone, &values, &channels, &n,
                          &input, &input_bias, &recurrent_bias) ||
        !is_set(set))
        return nullptr;
    return without_lock([&] {
        SETS[set].input_gradient((const float*)gradients, gates, alone, (const float*)values, channels, n,
                                 (float*)input, (float*)input_bias, (float*)recurrent_bias);
    });
}

PyMethodDef METHODS[] = {
    {"instruction_sets", instruction_sets, METH_NOARGS, nullptr},
    {"run", run, METH_VARARGS, nullptr},
    {"product", product, METH_VARARGS, nullptr},
    {"weight_gradient", weight_gradient, METH_VARARGS, nullptr},
    {"input_gradient", input_gradient, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};
PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_kernels", "Fused kernels of recurrent layers.", 0, METHODS,
                      nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__kernels() { return PyModule_Create(&MODULE); }
