// SPDX-License-Identifier: GPL-2.0
/*
 * Copy work with an interrupt for every descriptor, and threads that move, mask, free and allocate the
 * interrupts meanwhile. Each slot has one descriptor under way at most, so that every interrupt belongs
 * to exactly one completion: what is lost and what is spurious can be told for certain.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include <linux/sched.h>

#include "dsa.h"

#define PORTAL_PAGE	4096
#define PORTAL_PAGES	4
#define PORTAL_IMS	2	/* pages 2 and 3 take interrupts from the store */

#define FLAG_RECORD	BIT(2)	/* its address is valid */
#define FLAG_REQUEST	BIT(3)	/* write it in any case */
#define FLAG_INTERRUPT	BIT(4)
#define OPCODE_BATCH	1
#define OPCODE_MOVE	3
#define OPCODE_SHIFT	24
#define STATUS_SUCCESS	1
#define IMS_ENTRY	16

irqreturn_t dsa_completed(int irq, void *data)
{
	struct dsa_slot *slot = data;
	struct dsa *dsa = slot->dsa;

	atomic64_inc(&slot->interrupts);
	if (!READ_ONCE(dsa->areas[slot->index].record.status) || !xchg(&slot->outstanding, 0)) {
		atomic64_inc(&dsa->counts.spurious);
		return IRQ_HANDLED;
	}
	if (atomic64_inc_return(&dsa->counts.interrupts) == READ_ONCE(dsa->target))
		wake_up_all(&dsa->reached);
	if (atomic_dec_and_test(&slot->worker->left))
		complete(&slot->worker->done);
	return IRQ_HANDLED;
}

static dma_addr_t at(const struct dsa_slot *slot, size_t offset)
{
	return slot->dsa->areas_dma + slot->index * sizeof(struct dsa_area) + offset;
}

static void prepare(struct dsa_worker *worker, struct dsa_slot *slot, struct dsa_descriptor *descriptor)
{
	struct dsa_area *area = &slot->dsa->areas[slot->index];

	area->record.status = 0;
	memset(area->source, ++worker->seed + slot->index, DSA_COPY);
	memset(area->destination, 0, DSA_COPY);
	slot->worker = worker;
	*descriptor = (struct dsa_descriptor){
		.flags = cpu_to_le32(OPCODE_MOVE << OPCODE_SHIFT | FLAG_RECORD | FLAG_REQUEST |
				     FLAG_INTERRUPT),
		.completion = cpu_to_le64(at(slot, offsetof(struct dsa_area, record))),
		.source = cpu_to_le64(at(slot, offsetof(struct dsa_area, source))),
		.destination = cpu_to_le64(at(slot, offsetof(struct dsa_area, destination))),
		.size = cpu_to_le32(DSA_COPY),
		.handle = cpu_to_le16(slot->handle),
	};
	WRITE_ONCE(slot->outstanding, 1);
}

/*
 * MOVDIR64B, with the flags of the same comparison before it and in its place. They are equal on a
 * processor; whoever emulates the instruction, in kernel mode and between interrupts, may get it wrong.
 */
static void push(struct dsa *dsa, void __iomem *portal, const struct dsa_descriptor *descriptor,
		 unsigned int any)
{
	unsigned long expected, flags;

	asm volatile("cmpl $128, %[any]; pushf; pop %[expected]; cmpl $128, %[any];"
		     ".byte 0x66, 0x0f, 0x38, 0xf8, 0x02; pushf; pop %[flags]"
		     : [expected] "=&r" (expected), [flags] "=&r" (flags)
		     : "a" (portal), "d" (descriptor), [any] "r" (any) : "memory", "cc");
	if (flags != expected)
		atomic64_inc(&dsa->counts.flags);
}

static void submit(struct dsa_worker *worker, unsigned int count)
{
	struct dsa *dsa = worker->dsa;
	unsigned int page = worker->queue * PORTAL_PAGES + (dsa->ims ? PORTAL_IMS : 0);
	struct dsa_descriptor batch __aligned(64) = {
		.flags = cpu_to_le32(OPCODE_BATCH << OPCODE_SHIFT | FLAG_RECORD | FLAG_REQUEST),
		.completion = cpu_to_le64(worker->record_dma),
		.source = cpu_to_le64(worker->list_dma),
		.size = cpu_to_le32(count),
	};

	worker->record->status = 0;
	wmb();	/* the device reads what was prepared only after it has the descriptor */
	push(dsa, dsa->portals + page * PORTAL_PAGE, count == 1 ? worker->list : &batch, worker->seed);
}

/* Looks at what has become of a descriptor; a slot that got no interrupt in all the time has lost it. */
static bool check(struct dsa_slot *slot)
{
	struct dsa *dsa = slot->dsa;
	struct dsa_area *area = &dsa->areas[slot->index];
	u8 status = READ_ONCE(area->record.status);

	if (xchg(&slot->outstanding, 0)) {
		atomic64_inc(status ? &dsa->counts.lost : &dsa->counts.stuck);
		dev_err_ratelimited(&dsa->pdev->dev, "slot %u: no interrupt, status 0x%02x\n",
				    slot->index, status);
		return false;
	}
	if (status != STATUS_SUCCESS) {
		atomic64_inc(&dsa->counts.failed);
		dev_err_ratelimited(&dsa->pdev->dev, "slot %u: status 0x%02x\n", slot->index, status);
		return false;
	}
	if (memcmp(area->source, area->destination, DSA_COPY)) {
		atomic64_inc(&dsa->counts.corrupt);
		return false;
	}
	return true;
}

/* Submits for all slots of a range that are free, and waits for their interrupts. */
bool dsa_round(struct dsa_worker *worker, unsigned int first, unsigned int end)
{
	struct dsa *dsa = worker->dsa;
	unsigned long end_of_batch;
	unsigned int i, count = 0;
	bool good = true;

	for (i = first; i < end; i++) {
		struct dsa_slot *slot = &dsa->slot[i];

		if (!mutex_trylock(&slot->busy))
			continue;
		if (!slot->ready) {
			mutex_unlock(&slot->busy);
			continue;
		}
		worker->used[count] = slot;
		prepare(worker, slot, &worker->list[count++]);
	}
	if (!count)
		return false;
	reinit_completion(&worker->done);
	atomic_set(&worker->left, count);
	submit(worker, count);
	wait_for_completion_timeout(&worker->done, DSA_PATIENCE);
	for (i = 0; i < count; i++) {
		good &= check(worker->used[i]);
		mutex_unlock(&worker->used[i]->busy);
	}
	/* The batch's own record is the last thing that the device writes for it. */
	end_of_batch = jiffies + DSA_PATIENCE;
	while (count > 1 && !READ_ONCE(worker->record->status) && time_before(jiffies, end_of_batch))
		usleep_range(20, 100);
	return good;
}

/* Has the device fire for the first slot with any pair in its entry, past the domain. */
int dsa_send(struct dsa *dsa, u64 address, u32 data)
{
	struct dsa_worker *worker = &dsa->worker[0];
	struct dsa_slot *slot = &dsa->slot[0];
	struct dsa_record *record = &dsa->areas[slot->index].record;
	void __iomem *at = dsa->array.base + IMS_ENTRY * ims_slot(slot->irq);
	u64 right_address = readq(at);
	u32 right_data = readl(at + 8);
	u8 status;
	int ret;

	writeq(address, at);
	writel(data, at + 8);
	prepare(worker, slot, worker->list);
	submit(worker, 1);
	ret = read_poll_timeout(READ_ONCE, status, status, 20, jiffies_to_usecs(DSA_PATIENCE), false,
				record->status);
	/* The record comes before the interrupt, for which the device looks at the entry. */
	ret = ret ?: dsa_command(dsa, DSA_DRAIN_ALL, 0, NULL);
	xchg(&slot->outstanding, 0);
	writeq(right_address, at);
	writel(right_data, at + 8);
	return ret;
}

static int work(void *data)
{
	struct dsa_worker *worker = data;
	struct dsa *dsa = worker->dsa;
	unsigned int share = DIV_ROUND_UP(dsa->slots, dsa->workers);
	unsigned int first = (worker - dsa->worker) * share;
	unsigned int end = min(first + share, dsa->slots);

	while (!kthread_should_stop()) {
		if (atomic64_read(&dsa->counts.interrupts) >= READ_ONCE(dsa->target) || first >= end) {
			wake_up_all(&dsa->reached);
			schedule_timeout_interruptible(HZ / 10);
		} else if (!dsa_round(worker, first, end)) {
			schedule_timeout_interruptible(1);
		}
	}
	return 0;
}

static struct dsa_slot *any(struct dsa *dsa)
{
	return &dsa->slot[get_random_u32_below(dsa->slots)];
}

/* Moves interrupts to processors of chance. */
static int move(void *data)
{
	struct dsa *dsa = data;

	while (!kthread_should_stop()) {
		struct dsa_slot *slot = any(dsa);
		unsigned int cpu = cpumask_nth(get_random_u32_below(num_online_cpus()), cpu_online_mask);

		mutex_lock(&slot->hold);
		if (slot->ready && !irq_set_affinity(slot->irq, cpumask_of(cpu)))
			atomic64_inc(&dsa->counts.moves);
		mutex_unlock(&slot->hold);
		usleep_range(500, 2000);
	}
	return 0;
}

/* Masks interrupts for moments. */
static int mask(void *data)
{
	struct dsa *dsa = data;

	while (!kthread_should_stop()) {
		struct dsa_slot *slot = any(dsa);

		mutex_lock(&slot->hold);
		if (slot->ready) {
			disable_irq(slot->irq);
			usleep_range(50, 500);
			enable_irq(slot->irq);
			atomic64_inc(&dsa->counts.masks);
		}
		mutex_unlock(&slot->hold);
		usleep_range(500, 2000);
	}
	return 0;
}

/* Frees interrupts and allocates new ones. */
static int churn(void *data)
{
	struct dsa *dsa = data;

	while (!kthread_should_stop()) {
		struct dsa_slot *slot = any(dsa);

		mutex_lock(&slot->busy);
		mutex_lock(&slot->hold);
		dsa_slot_close(slot);
		if (dsa_slot_open(slot))
			atomic64_inc(&dsa->counts.refused);
		else
			atomic64_inc(&dsa->counts.reallocated);
		mutex_unlock(&slot->hold);
		mutex_unlock(&slot->busy);
		usleep_range(2000, 5000);
	}
	return 0;
}

static void end(struct task_struct **task)
{
	if (!IS_ERR_OR_NULL(*task))
		kthread_stop(*task);
	*task = NULL;
}

static void end_all(struct dsa *dsa)
{
	unsigned int i;

	end(&dsa->mover);
	end(&dsa->masker);
	end(&dsa->churner);
	for (i = 0; i < dsa->workers; i++)
		end(&dsa->worker[i].task);
}

int dsa_start(struct dsa *dsa, u64 interrupts)
{
	unsigned int i;
	int ret = 0;

	mutex_lock(&dsa->control);
	if (dsa->gone) {
		ret = -ENODEV;
	} else if (dsa->running) {
		ret = -EBUSY;
	} else {
		WRITE_ONCE(dsa->target, atomic64_read(&dsa->counts.interrupts) + interrupts);
		dsa->running = true;
		for (i = 0; i < dsa->workers; i++)
			dsa->worker[i].task = kthread_run(work, &dsa->worker[i], "adit-dsa/%u", i);
		if (dsa_churn) {
			dsa->mover = kthread_run(move, dsa, "adit-dsa-move");
			dsa->masker = kthread_run(mask, dsa, "adit-dsa-mask");
			dsa->churner = kthread_run(churn, dsa, "adit-dsa-churn");
		}
	}
	mutex_unlock(&dsa->control);
	return ret;
}

void dsa_stop(struct dsa *dsa)
{
	mutex_lock(&dsa->control);
	if (dsa->running) {
		dsa->running = false;
		end_all(dsa);
		wake_up_all(&dsa->reached);
	}
	mutex_unlock(&dsa->control);
}

int dsa_work_init(struct dsa *dsa)
{
	struct device *dev = &dsa->pdev->dev;
	unsigned int i;

	dsa->areas = dmam_alloc_coherent(dev, dsa->slots * sizeof(*dsa->areas), &dsa->areas_dma, GFP_KERNEL);
	if (!dsa->areas)
		return -ENOMEM;
	for (i = 0; i < dsa->slots; i++) {
		struct dsa_slot *slot = &dsa->slot[i];

		slot->dsa = dsa;
		slot->index = i;
		mutex_init(&slot->busy);
		mutex_init(&slot->hold);
		snprintf(slot->name, sizeof(slot->name), "adit-dsa-%u", i);
	}
	for (i = 0; i < dsa->workers; i++) {
		struct dsa_worker *worker = &dsa->worker[i];

		worker->dsa = dsa;
		worker->queue = i;
		init_completion(&worker->done);
		worker->list = dmam_alloc_coherent(dev, dsa->slots * sizeof(*worker->list),
						   &worker->list_dma, GFP_KERNEL);
		worker->record = dmam_alloc_coherent(dev, sizeof(*worker->record), &worker->record_dma,
						     GFP_KERNEL);
		if (!worker->list || !worker->record)
			return -ENOMEM;
	}
	return 0;
}

/* Memory is the function's; what runs has been stopped. */
void dsa_work_exit(struct dsa *dsa)
{
	dsa_stop(dsa);
}
