// A recurrent layer over all time steps, forward and backward, for a range of batch rows; and the
// gradients of its weights, for a range of gates.
//
// Included once for each instruction set, inside a namespace of its own, after LANES (floats in a
// vector), REGISTERS (vector registers), LARGER and SMALLER (of two vectors; the second where one of
// them is not a number) are defined. No include guard, on purpose.
//
// Layout. Sequences are sorted by length, longest first, and packed: the rows of step t (sizes[t]
// of them) follow those of step t - 1, as in torch's PackedSequence. A full batch is the special
// case of a contiguous (steps, batch, ...) array. `width` is the hidden size rounded up to whole
// vectors; the surplus units have zero weights. Gates lie one after the other in a row: (gates,
// width).
//
// How it is fast. Weights are packed so that one vector of units with all its gates is one panel;
// a block of rows is multiplied with a panel in registers, and the gate arithmetic follows at
// once. A block of rows runs through all steps before the next begins, so its state stays in
// cache. Every sum runs over k in one order, so a result does not depend on how rows are split.

typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef unsigned uvec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static inline vec load(const float* p) { return *(const vec*)p; }
static inline void store(float* p, vec v) { *(vec*)p = v; }
static inline vec spread(float x) { return x - (vec){}; }

// exp(x) = 2^n exp(f), f in [-ln 2 / 2, ln 2 / 2], to 3e-7 (to 2e-6 where products are rounded before
// sums); the polynomial has the least relative error of its degree (1e-7). Beyond 43, where a sigmoid
// is zero or one, x is cut, so that products of two results are finite. What is not a number stays so.
static inline vec exponential(vec x) {
    x = SMALLER(spread(43.f), LARGER(spread(-43.f), x));
    const vec shifted = x * 1.44269504f + 12582912.f;  // rounds: 1.5 * 2^23 leaves no fraction
    const vec f = x - (shifted - 12582912.f) * 0.693147181f;
    vec p = f * 8.3125202225e-3f + 4.1890156938e-2f;
    p = p * f + 1.6667114650e-1f;
    p = p * f + 4.9999231494e-1f;
    p = p * f + 1.f;
    p = p * f + 1.f;
    return p * (vec)(((uvec)shifted + 127u) * (1u << 23));  // n is in the last bits of `shifted`
}
static inline vec tanh(vec x) { return 2.f / (1.f + exponential(-2.f * x)) - 1.f; }
// sigmoid of both, by one division
static inline void sigmoids(vec& x, vec& y) {
    const vec a = 1.f + exponential(-x), b = 1.f + exponential(-y), inverse = 1.f / (a * b);
    x = b * inverse;
    y = a * inverse;
}

// The gate arithmetic: all that cells do not share.
//
// forward: `in` holds the input projections of one vector of units, one of each gate, and `acc` the
// recurrent products, biases included. Returns the new output; keeps the activated gates and one more
// value, `extra`, which backward needs, where `keep` is set.
// backward: d is the gradient of the output. Writes the gradients of the recurrent products to
// `out`, after those of the `alone` gates' input projections, which differ from theirs, and returns
// what of d goes to the previous output without passing a weight.
struct Unit {
    float* gates;       // this row's gates, at these units, or null
    float* extra;       // this row's extra value, at these units, or null
    long width;         // from gate to gate
    vec previous;       // output of the step before
    vec previous_memory;
};

struct RnnTanh {
    static constexpr int gates = 1, alone = 0;
    static constexpr bool has_memory = false, has_extra = false;
    static inline vec forward(const Unit&, const vec* in, const vec* acc, vec&, bool) {
        return tanh(in[0] + acc[0]);
    }
    static inline vec backward(const Unit&, vec d, vec h, vec&, float* out) {
        store(out, d * (1.f - h * h));
        return (vec){};
    }
};

struct RnnRelu {
    static constexpr int gates = 1, alone = 0;
    static constexpr bool has_memory = false, has_extra = false;
    static inline vec forward(const Unit&, const vec* in, const vec* acc, vec&, bool) {
        return LARGER((vec){}, in[0] + acc[0]);
    }
    static inline vec backward(const Unit&, vec d, vec h, vec&, float* out) {
        store(out, h > (vec){} ? d : (vec){});
        return (vec){};
    }
};

// Gates in torch's order: input, forget, candidate, output. extra: the memory after the step.
struct Lstm {
    static constexpr int gates = 4, alone = 0;
    static constexpr bool has_memory = true, has_extra = true;
    static inline vec forward(const Unit& u, const vec* in, const vec* acc, vec& memory, bool keep) {
        vec input = in[0] + acc[0], forget = in[1] + acc[1];
        vec candidate = 2.f * (in[2] + acc[2]), output = in[3] + acc[3];
        sigmoids(input, forget);
        sigmoids(candidate, output);
        candidate = 2.f * candidate - 1.f;  // tanh(x) = 2 sigmoid(2 x) - 1
        memory = forget * memory + input * candidate;
        if (keep) {
            store(u.gates, input);
            store(u.gates + u.width, forget);
            store(u.gates + 2 * u.width, candidate);
            store(u.gates + 3 * u.width, output);
            store(u.extra, memory);
        }
        return output * tanh(memory);
    }
    static inline vec backward(const Unit& u, vec d, vec, vec& dmemory, float* out) {
        const vec input = load(u.gates), forget = load(u.gates + u.width);
        const vec candidate = load(u.gates + 2 * u.width), output = load(u.gates + 3 * u.width);
        const vec squashed = tanh(load(u.extra));
        const vec dm = dmemory + d * output * (1.f - squashed * squashed);
        store(out, dm * candidate * input * (1.f - input));
        store(out + u.width, dm * u.previous_memory * forget * (1.f - forget));
        store(out + 2 * u.width, dm * input * (1.f - candidate * candidate));
        store(out + 3 * u.width, d * squashed * output * (1.f - output));
        dmemory = dm * forget;
        return (vec){};
    }
};

// Gates in torch's order: reset, update, candidate. extra: the candidate's recurrent product. Its
// gradient is that of the candidate's input projection, the one that stands alone, times the reset
// gate.
struct Gru {
    static constexpr int gates = 3, alone = 1;
    static constexpr bool has_memory = false, has_extra = true;
    static inline vec forward(const Unit& u, const vec* in, const vec* acc, vec&, bool keep) {
        vec reset = in[0] + acc[0], update = in[1] + acc[1];
        sigmoids(reset, update);
        const vec candidate = tanh(in[2] + reset * acc[2]);
        if (keep) {
            store(u.gates, reset);
            store(u.gates + u.width, update);
            store(u.gates + 2 * u.width, candidate);
            store(u.extra, acc[2]);
        }
        return candidate + update * (u.previous - candidate);
    }
    static inline vec backward(const Unit& u, vec d, vec, vec&, float* out) {
        const vec reset = load(u.gates), update = load(u.gates + u.width);
        const vec candidate = load(u.gates + 2 * u.width);
        const vec dcandidate = d * (1.f - update) * (1.f - candidate * candidate);
        store(out, dcandidate);
        store(out + u.width, dcandidate * load(u.extra) * reset * (1.f - reset));
        store(out + 2 * u.width, d * (u.previous - candidate) * update * (1.f - update));
        store(out + 3 * u.width, dcandidate * reset);
        return d * update;
    }
};

// acc (M rows, N vectors) += a (M, k_count) * panel (k_count, N vectors)
// a lies row by row, `stride` apart, or, transposed, k by k.
template <int M, int N, bool transposed = false>
static inline void multiply(const float* a, long stride, const float* panel, long k_count,
                            vec (&acc)[M][N]) {
    for (long k = 0; k < k_count; ++k) {
        vec b[N];
        for (int n = 0; n < N; ++n) b[n] = load(panel + (k * N + n) * LANES);
        for (int m = 0; m < M; ++m) {
            const vec x = spread(a[transposed ? k * stride + m : m * stride + k]);
            for (int n = 0; n < N; ++n) acc[m][n] += x * b[n];
        }
    }
}

// Rows, a power of two, that with n vectors each leave registers for a row of the panel and one
// broadcast.
constexpr int rows_at_once(int n, int rows = 16) {
    return rows * n + n + 1 <= REGISTERS ? rows : rows_at_once(n, rows / 2);
}

// Calls body.run<M>(row) over all rows, in blocks as large as registers allow.
template <int M, class Body>
static inline void in_blocks(long row, long end, const Body& body) {
    for (; row + M <= end; row += M) body.template run<M>(row);
    if constexpr (M > 1) in_blocks<M / 2>(row, end, body);
}

// What both directions of computation need to know of the rows [begin, end) of a batch.
template <class Cell>
struct Rows {
    const Job& job;
    // width: of a gate; row_width: of all gates; gradient_width: of all of a row's gradients
    const long begin, end, width, row_width, gradient_width;

    Rows(const Job& j, long b, long e)
        : job(j), begin(b), end(e), width(j.width), row_width(Cell::gates * j.width),
          gradient_width((Cell::alone + Cell::gates) * j.width) {}

    long time(long step) const { return job.reverse ? job.steps - 1 - step : step; }
    // Rows of this block that have a step t.
    long active(long t) const {
        const long n = (job.sizes ? job.sizes[t] : job.batch) - begin;
        return n < 0 ? 0 : n < end - begin ? n : end - begin;
    }
    long first(long t) const { return job.offsets[t] + begin; }  // packed row of the block's first

    // Where a row's value of the step before stands: in the sequence, or in the initial state.
    const float* before(const float* values, const float* initial, long step, long row) const {
        const long t = time(step), s = job.reverse ? t + 1 : t - 1;
        if (s >= 0 && s < job.steps && row < active(s)) return values + (first(s) + row) * width;
        return initial ? initial + (begin + row) * width : job.zeros;
    }
};

static inline void copy_rows(float* to, const float* from, long row, long end, long width) {
    if (!to) return;
    if (from) memcpy(to + row * width, from + row * width, sizeof(float) * width * (end - row));
    else memset(to + row * width, 0, sizeof(float) * width * (end - row));
}

// Multiplies what rows remember by the factors of step t.
static inline void decay_rows(float* values, const float* decays, long rows, long width) {
    for (long i = 0; i < rows * width; i += LANES) store(values + i, load(values + i) * load(decays + i));
}

template <class Cell>
struct ForwardBlock {  // one vector of units of one step, for any number of rows
    const Rows<Cell>& rows;
    const float *state, *panel;  // panel: that of `pack_forward`
    float *next, *memory;
    long unit, first, k_count;

    template <int M>
    inline void run(long row) const {
        const Job& job = rows.job;
        const long width = rows.width;
        const float *input_bias = panel + Cell::gates * LANES, *input = input_bias + Cell::gates * LANES;
        vec acc[M][Cell::gates];
        for (int g = 0; g < Cell::gates; ++g)
            for (int m = 0; m < M; ++m) acc[m][g] = load(panel + g * LANES);
        multiply<M, Cell::gates>(state + row * width, width,
                                 input + job.channels * Cell::gates * LANES, k_count, acc);
        for (int m = 0; m < M; ++m) {
            const long at = (row + m) * width + unit, packed = first + row + m;
            const Unit u = {job.gates ? job.gates + packed * rows.row_width + unit : nullptr,
                            job.extra ? job.extra + packed * width + unit : nullptr, width,
                            load(state + at), vec{}};
            vec in[1][Cell::gates];
            for (int g = 0; g < Cell::gates; ++g)
                in[0][g] = load(job.input_bias ? input_bias + g * LANES : u.gates + g * width);
            if (job.channels)
                multiply<1, Cell::gates>(job.x + packed * job.channels, 0, input, job.channels, in);
            vec remembered = Cell::has_memory ? load(memory + at) : vec{};
            const vec h = Cell::forward(u, in[0], acc[m], remembered, job.keep);
            if (Cell::has_memory) store(memory + at, remembered);
            store(next + at, h);
            store(job.outputs + packed * width + unit, h);
        }
    }
};

template <class Cell>
static void forward_rows(const Job& job, const float* packed, long begin, long end, float* buffer) {
    const Rows<Cell> rows(job, begin, end);
    const long width = job.width, n = end - begin, origin = begin * width;
    float *state = buffer, *next = buffer + n * width, *memory = buffer + 2 * n * width;
    const float* h0 = job.h0 ? job.h0 + origin : nullptr;
    const float* c0 = job.c0 ? job.c0 + origin : nullptr;
    if (job.keep) copy_rows(job.states + origin, h0, 0, n, width);
    long running = 0;  // rows with a state
    for (long step = 0; step < job.steps; ++step) {
        const long t = rows.time(step), active = rows.active(t);
        if (active > running) {  // rows that begin
            copy_rows(state, h0, running, active, width);
            if (Cell::has_memory) copy_rows(memory, c0, running, active, width);
        }
        if (active < running) {  // rows that have ended
            copy_rows(job.last_h + origin, state, active, running, width);
            if (Cell::has_memory) copy_rows(job.last_c + origin, memory, active, running, width);
        }
        if (job.decays) {
            const float* decays = job.decays + rows.first(t) * width;
            decay_rows(state, decays, active, width);
            if (Cell::has_memory) decay_rows(memory, decays, active, width);
        }
        const long k_count = step == 0 && !h0 ? 0 : job.hidden;
        for (long unit = 0; unit < width; unit += LANES) {
            const float* panel = packed + unit * Cell::gates * (2 + job.channels + job.hidden);
            const ForwardBlock<Cell> block = {rows, state, panel, next, memory,
                                              unit, rows.first(t), k_count};
            in_blocks<rows_at_once(Cell::gates)>(0, active, block);
        }
        float* swapped = state;
        state = next;
        next = swapped;
        running = active;
    }
    copy_rows(job.last_h + origin, state, 0, running, width);
    if (Cell::has_memory) copy_rows(job.last_c + origin, memory, 0, running, width);
}

template <int N, bool transposed>
struct AddProduct {  // N vectors of columns: sum += a * panel, for any number of rows
    const float *a, *panel;
    float* sum;
    long a_stride, sum_stride, k_count;

    template <int M>
    inline void run(long row) const {
        vec acc[M][N] = {};
        const float* block = a + (transposed ? row : row * a_stride);
        multiply<M, N, transposed>(block, a_stride, panel, k_count, acc);
        for (int m = 0; m < M; ++m)
            for (int v = 0; v < N; ++v) {
                float* to = sum + (row + m) * sum_stride + v * LANES;
                store(to, load(to) + acc[m][v]);
            }
    }
};

// Columns of a panel that begins at `column`: two vectors, or the last one.
static inline long panel_columns(long column, long width) {
    return column + 2 * LANES <= width ? 2 * LANES : LANES;
}

// sum (rows, width) += a (rows, k_count) * panels; a may be transposed
template <bool transposed>
static inline void add_product(const float* a, long a_stride, const float* panels, long k_count,
                               float* sum, long rows, long width) {
    for (long column = 0; column < width; column += panel_columns(column, width)) {
        const float* panel = panels + column * k_count;
        float* to = sum + column;
        if (panel_columns(column, width) == 2 * LANES) {
            const AddProduct<2, transposed> block = {a, panel, to, a_stride, width, k_count};
            in_blocks<rows_at_once(2)>(0, rows, block);
        } else {
            const AddProduct<1, transposed> block = {a, panel, to, a_stride, width, k_count};
            in_blocks<rows_at_once(1)>(0, rows, block);
        }
    }
}

template <class Cell>
static void through_gates(const Rows<Cell>& rows, long step, float* dstate, float* dmemory) {
    const Job& job = rows.job;
    const long width = rows.width, t = rows.time(step), active = rows.active(t);
    for (long row = 0; row < active; ++row) {
        const long packed = rows.first(t) + row;
        const float* h = rows.before(job.outputs, job.states, step, row);
        const float* c = Cell::has_memory ? rows.before(job.extra, job.c0, step, row) : h;
        for (long unit = 0; unit < width; unit += LANES) {
            const long at = row * width + unit, here = packed * width + unit;
            vec d = load(dstate + at);
            if (job.doutputs) d += load(job.doutputs + here);
            const vec decay = job.decays ? load(job.decays + here) : spread(1.f);
            const Unit u = {job.gates ? job.gates + packed * rows.row_width + unit : nullptr,
                            job.extra ? job.extra + here : nullptr, width, load(h + unit) * decay,
                            load(c + unit) * decay};
            vec dm = Cell::has_memory ? load(dmemory + at) : vec{};
            const vec kept = Cell::backward(u, d, load(job.outputs + here), dm,
                                            job.dgates + packed * rows.gradient_width + unit);
            store(dstate + at, kept);
            if (Cell::has_memory) store(dmemory + at, dm);
        }
        // an infinite input is no number in surplus units, which must not reach the others
        for (long g = 0; job.hidden < width && g < Cell::alone + Cell::gates; ++g)
            memset(job.dgates + packed * rows.gradient_width + g * width + job.hidden, 0,
                   sizeof(float) * (width - job.hidden));
    }
}

// From gradients of the decayed state to those of the factors and of the state before.
template <class Cell>
static void through_decay(const Rows<Cell>& rows, long step, float* dstate, float* dmemory) {
    const Job& job = rows.job;
    const long width = rows.width, t = rows.time(step), active = rows.active(t);
    for (long row = 0; row < active; ++row) {
        const float* h = rows.before(job.outputs, job.states, step, row);
        const float* c = Cell::has_memory ? rows.before(job.extra, job.c0, step, row) : h;
        for (long unit = 0; unit < width; unit += LANES) {
            const long at = row * width + unit, here = (rows.first(t) + row) * width + unit;
            vec ddecay = load(dstate + at) * load(h + unit);
            if (Cell::has_memory) ddecay += load(dmemory + at) * load(c + unit);
            store(job.ddecays + here, ddecay);
        }
    }
    decay_rows(dstate, job.decays + rows.first(t) * width, active, width);
    if (Cell::has_memory) decay_rows(dmemory, job.decays + rows.first(t) * width, active, width);
}

template <class Cell>
static void backward_rows(const Job& job, const float* packed, long begin, long end, float* buffer) {
    const Rows<Cell> rows(job, begin, end);
    const long width = job.width, n = end - begin, origin = begin * width;
    float *dstate = buffer, *dmemory = buffer + n * width;
    const float* dlast_h = job.dlast_h ? job.dlast_h + origin : nullptr;
    const float* dlast_c = job.dlast_c ? job.dlast_c + origin : nullptr;
    float *dh0 = job.dh0 ? job.dh0 + origin : nullptr, *dc0 = job.dc0 ? job.dc0 + origin : nullptr;
    long running = 0;
    for (long step = job.steps - 1; step >= 0; --step) {
        const long t = rows.time(step), active = rows.active(t);
        if (active > running) {  // rows whose last step this is
            copy_rows(dstate, dlast_h, running, active, width);
            if (Cell::has_memory) copy_rows(dmemory, dlast_c, running, active, width);
        }
        if (active < running) {  // rows whose first step was the one after
            copy_rows(dh0, dstate, active, running, width);
            if (Cell::has_memory) copy_rows(dc0, dmemory, active, running, width);
        }
        through_gates<Cell>(rows, step, dstate, dmemory);
        const float* recurrent = job.dgates + rows.first(t) * rows.gradient_width + Cell::alone * width;
        add_product<false>(recurrent, rows.gradient_width, packed, rows.row_width, dstate, active, width);
        if (job.decays) through_decay<Cell>(rows, step, dstate, dmemory);
        running = active;
    }
    copy_rows(dh0, dstate, 0, running, width);
    if (Cell::has_memory) copy_rows(dc0, dmemory, 0, running, width);
}

// to (k_count, lanes), rows `stride` apart = from (n, k_count) transposed; zero beyond n. In blocks of one
// cache line of each row, since the lines of many rows may not fit the cache together.
static inline void transpose(const float* from, long n, long lanes, long k_count, float* to, long stride) {
    const long line = 16;
    for (long first = 0; first < k_count; first += line) {
        const long end = k_count - first < line ? k_count : first + line;
        for (long lane = 0; lane < lanes; ++lane)
            for (long k = first; k < end; ++k)
                to[k * stride + lane] = lane < n ? from[lane * k_count + k] : 0;
    }
}

// For each vector of units a panel, rows of `gates` vectors: the recurrent bias, the input's bias and
// weights, unless the input is projected already, and the recurrent weights.
static void pack_forward(const Job& job, long gates, float* packed) {
    const long hidden = job.hidden, stride = gates * LANES;
    for (long unit = 0; unit < job.width; unit += LANES, packed += stride * (2 + job.channels + hidden))
        for (long g = 0; g < gates; ++g) {
            const long from = g * hidden + unit, n = hidden - unit;
            float* to = packed + g * LANES;
            transpose(job.recurrent_bias + from, n, LANES, 1, to, stride);
            if (job.input_bias) {
                transpose(job.input_bias + from, n, LANES, 1, to + stride, stride);
                transpose(job.input + from * job.channels, n, LANES, job.channels, to + 2 * stride, stride);
            }
            to += (2 + job.channels) * stride;
            transpose(job.recurrent + from * hidden, n, LANES, hidden, to, stride);
        }
}

// Recurrent weights, transposed: for each one or two vectors of units, for each gate and k.
static void pack_backward(const float* weights, long gates, long hidden, long width, float* packed) {
    for (long unit = 0; unit < width; unit += panel_columns(unit, width))
        for (long g = 0; g < gates; ++g)
            for (long k = 0; k < width; ++k)
                for (long lane = 0; lane < panel_columns(unit, width); ++lane, ++packed) {
                    const long column = unit + lane;
                    *packed = column < hidden && k < hidden
                                  ? weights[(g * hidden + k) * hidden + column] : 0;
                }
}

// For few vectors, which a call of memcpy would cost more than.
static inline void copy_vectors(float* to, const float* from, long n) {
    for (long i = 0; i < n; i += LANES) store(to + i, load(from + i));
}

constexpr long CHUNK = 256, STRIP = 16;  // rows and gates of which a gradient is summed at once

static inline void copy_strip(float* to, const float* gradients, long stride, long n) {
    for (long row = 0; row < n; ++row) copy_vectors(to + row * STRIP, gradients + row * stride, STRIP);
}

// sums (gates, width), rows [begin, end), a multiple of STRIP: gradients (n, gates), whose rows are
// `stride` apart, transposed, times values (n, width). Both are taken in chunks that fit the caches,
// as panels, which `fill_panel` writes, and as strips of gates, which `on_strip` sees as well.
template <class Fill, class Visit>
static inline void weight_gradient(const float* gradients, long stride, long width, long n, long begin,
                                   long end, float* sums, const Fill& fill_panel, const Visit& on_strip) {
    std::vector<float> panels(CHUNK * width), columns(CHUNK * STRIP);
    memset(sums + begin * width, 0, sizeof(float) * width * (end - begin));
    for (long first = 0; first < n; first += CHUNK) {
        const long k_count = n - first < CHUNK ? n - first : CHUNK;
        float* to = panels.data();
        for (long column = 0; column < width; column += panel_columns(column, width))
            for (long k = 0; k < k_count; ++k, to += panel_columns(column, width))
                fill_panel(to, first + k, column, panel_columns(column, width));
        for (long gate = begin; gate < end; gate += STRIP) {
            copy_strip(columns.data(), gradients + first * stride + gate, stride, k_count);
            add_product<true>(columns.data(), STRIP, panels.data(), k_count, sums + gate * width,
                              STRIP, width);
            on_strip(columns.data(), first, k_count, gate);
        }
    }
}

static void weight_gradient(const float* gradients, long stride, const float* values, long width,
                            long n, long begin, long end, float* sums) {
    weight_gradient(gradients, stride, width, n, begin, end, sums,
                    [=](float* to, long row, long column, long n_columns) {
                        copy_vectors(to, values + row * width + column, n_columns);
                    },
                    [](float*, long, long, long) {});
}

// N rows at once: sums (STRIP,) += the rows' gradients, and products (channels, STRIP) those times
// each of their values
template <int N>
static inline void add_rows(const float* gradients, const float* values, long channels, float* sums,
                            float* products) {
    for (long gate = 0; gate < STRIP; gate += LANES) {
        vec rows[N], total = {};
        for (int i = 0; i < N; ++i) total += rows[i] = load(gradients + i * STRIP + gate);
        store(sums + gate, load(sums + gate) + total);
        for (long channel = 0; channel < channels; ++channel) {
            vec product = load(products + channel * STRIP + gate);
            for (int i = 0; i < N; ++i) product += rows[i] * values[i * channels + channel];
            store(products + channel * STRIP + gate, product);
        }
    }
}

// Adds a strip's sums over n rows to a bias and, where channels > 0, to input weights. `parts` is room
// for (1 + channels) strips: long sums are made in parts, for precision.
static inline void add_strip(const float* strip, const float* values, long channels, long n, long gate,
                             std::vector<float>& parts, float* bias, float* input) {
    std::fill(parts.begin(), parts.end(), 0.f);
    float *sums = parts.data(), *products = sums + STRIP;
    long row = 0;
    for (; row + 4 <= n; row += 4)
        add_rows<4>(strip + row * STRIP, values + row * channels, channels, sums, products);
    for (; row < n; ++row)
        add_rows<1>(strip + row * STRIP, values + row * channels, channels, sums, products);
    for (long i = 0; i < STRIP; ++i) {
        bias[gate + i] += sums[i];
        for (long channel = 0; channel < channels; ++channel)
            input[(gate + i) * channels + channel] += products[channel * STRIP + i];
    }
}

// From the gradients of the gates of all rows to those of the weights of gates [first_gate, end_gate),
// of the input weights only where channels > 0.
template <class Cell>
static void through_weights(const Job& job) {
    const Rows<Cell> rows(job, 0, job.batch);
    const long width = job.width, channels = job.channels, stride = rows.gradient_width;
    const long begin = job.first_gate, end = job.end_gate, n_alone = Cell::alone * width;
    const long n_joint = rows.row_width - n_alone;  // gates whose two gradients are one
    std::vector<const float*> previous(job.rows);
    for (long step = 0; step < job.steps; ++step) {
        const long t = rows.time(step);
        for (long row = 0; row < rows.active(t); ++row)
            previous[rows.first(t) + row] = rows.before(job.outputs, job.states, step, row);
    }
    std::vector<float> parts((1 + channels) * STRIP);
    std::fill(job.dinput_bias + begin, job.dinput_bias + end, 0.f);
    std::fill(job.drecurrent_bias + begin, job.drecurrent_bias + end, 0.f);
    if (channels) std::fill(job.dinput + begin * channels, job.dinput + end * channels, 0.f);
    const auto fill_panel = [&](float* to, long row, long column, long n) {
        copy_vectors(to, previous[row] + column, n);
        if (job.decays) decay_rows(to, job.decays + row * width + column, 1, n);
    };
    const auto on_strip = [&](float* strip, long first, long n, long gate) {
        const float* values = channels ? job.x + first * channels : nullptr;
        if (gate >= n_joint) {
            add_strip(strip, nullptr, 0, n, gate, parts, job.drecurrent_bias, nullptr);
            copy_strip(strip, job.dgates + first * stride + gate - n_joint, stride, n);
        }
        add_strip(strip, values, channels, n, gate, parts, job.dinput_bias, job.dinput);
    };
    weight_gradient(job.dgates + n_alone, stride, width, job.rows, begin, end, job.drecurrent, fill_panel,
                    on_strip);
    for (long gate = begin; gate < end && gate < n_joint; ++gate)
        job.drecurrent_bias[gate] = job.dinput_bias[gate];
}

// out (n, columns), rows [begin, end): a (n, k_count) * b (k_count, columns) + start (columns,), or
// without `start`, where it is null; b may lie transposed.
static void product(const float* a, long a_stride, long k_count, const float* b, bool transposed,
                    long columns, const float* start, long begin, long end, float* out) {
    std::vector<float> panels(k_count * columns);
    float* to = panels.data();
    for (long column = 0; column < columns; column += panel_columns(column, columns)) {
        const long lanes = panel_columns(column, columns);
        if (transposed) transpose(b + column * k_count, lanes, lanes, k_count, to, lanes);
        else
            for (long k = 0; k < k_count; ++k) copy_vectors(to + k * lanes, b + k * columns + column, lanes);
        to += k_count * lanes;
    }
    const long block = 64;
    for (long row = begin; row < end; row += block) {
        const long rows = end - row < block ? end - row : block;
        for (long i = row; i < row + rows; ++i) {
            if (start) memcpy(out + i * columns, start, sizeof(float) * columns);
            else memset(out + i * columns, 0, sizeof(float) * columns);
        }
        add_product<false>(a + row * a_stride, a_stride, panels.data(), k_count, out + row * columns,
                           rows, columns);
    }
}

template <class Cell>
static void run_rows(const Job& job) {
    // A block's state and gates should stay in the second-level cache.
    long block = 16384 / job.width;
    block = block < 16 ? 16 : block > 128 ? 128 : block;
    std::vector<float> buffer(3 * block * job.width);
    const long panel_rows = job.backward ? job.width : 2 + job.channels + job.hidden;
    std::unique_ptr<float[]> packed(new float[Cell::gates * job.width * panel_rows]);
    if (job.backward) pack_backward(job.recurrent, Cell::gates, job.hidden, job.width, packed.get());
    else pack_forward(job, Cell::gates, packed.get());
    for (long begin = job.begin; begin < job.end; begin += block) {
        const long end = begin + block < job.end ? begin + block : job.end;
        if (job.backward) backward_rows<Cell>(job, packed.get(), begin, end, buffer.data());
        else forward_rows<Cell>(job, packed.get(), begin, end, buffer.data());
    }
}

template <class Cell>
static void run_cell(const Job& job) {
    if (job.begin < job.end) run_rows<Cell>(job);
    if (job.first_gate < job.end_gate) through_weights<Cell>(job);
}

static void run(const Job& job) {
    switch (job.cell) {
        case 0: return run_cell<RnnTanh>(job);
        case 1: return run_cell<RnnRelu>(job);
        case 2: return run_cell<Lstm>(job);
        case 3: return run_cell<Gru>(job);
        default: throw std::invalid_argument("unknown cell");  // no output may pass for computed
    }
}
