// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/adit_dsa-FUNCTION/
 *   stats     counters, one a line
 *   evidence  what the decision on IMS was made from
 *   run       write N: works until N more interrupts have come, then returns; 0: stops
 *   start     write N: starts like run, and returns at once
 *   queue     read: tries the store in queue memory, and says how it went
 *   cost      write "OPERATION N": does it N times and keeps the time; read: nanoseconds for one.
 *             alloc: free an interrupt and allocate one, with its handler; move: to another processor,
 *             and one interrupt there; mask: and unmask; fire: submit a descriptor, sleep, be woken by
 *             its interrupt
 *   forge     write "ADDRESS DATA [COUNT ADDRESS-STEP DATA-STEP]", all but COUNT hexadecimal: stores that
 *             pair, and the next ones, in the first entry, past the domain, fires each, and puts the right
 *             one back; stats count them as forged, and as arrived what came of it here. Shows what
 *             the host stops.
 *   path      the first interrupt: the chips above the store, the entry, and the message in it
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "dsa.h"

#define DSA_SETTLE	250	/* milliseconds in which what was forged last may arrive */

/* Pairs, each so much further than the one before. */
struct forged {
	u64 address;
	u32 data, count, address_step, data_step;
};

static u64 last_cost;

static int stats_show(struct seq_file *file, void *unused)
{
	struct dsa *dsa = file->private;
	struct dsa_counts *counts = &dsa->counts;
	struct ims_counts ims = {};

	if (dsa->ims)
		ims_domain_counts(dsa->ims, &ims);
	seq_printf(file, "mode=%s\nslots=%u\nhandles=%d\nreason=%s\n", dsa->ims ? "ims" : "msi-x",
		   dsa->slots, dsa->handles, dsa->why);
#define COUNT(name) seq_printf(file, #name "=%lld\n", atomic64_read(&(counts)->name))
	COUNT(interrupts);
	COUNT(lost);
	COUNT(spurious);
	COUNT(corrupt);
	COUNT(failed);
	COUNT(stuck);
	COUNT(moves);
	COUNT(masks);
	COUNT(reallocated);
	COUNT(refused);
	COUNT(events);
	COUNT(flags);
#undef COUNT
	seq_printf(file, "forged=%u\narrived=%u\n", dsa->forged, dsa->arrived);
	seq_printf(file, "allocated=%llu\nstored=%llu\nmasked=%llu\ncalls=%llu\n", ims.allocated,
		   ims.stored, ims.masked, ims.calls);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int evidence_show(struct seq_file *file, void *unused)
{
	struct dsa *dsa = file->private;
	char *text = kmalloc(1024, GFP_KERNEL);

	if (!text)
		return -ENOMEM;
	ims_evidence(dsa->pdev, &dsa->array.store, dsa->wish, text, 1024);
	seq_puts(file, text);
	kfree(text);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(evidence);

static int path_show(struct seq_file *file, void *unused)
{
	struct dsa *dsa = file->private;
	struct dsa_slot *slot = &dsa->slot[0];
	struct irq_data *data;
	struct msi_msg msg = {};

	mutex_lock(&slot->hold);
	if (slot->ready) {
		unsigned int entry = dsa->ims ? ims_slot(slot->irq) : 1 + slot->index;

		if (dsa->ims)
			ims_message(slot->irq, &msg);
		else
			get_cached_msi_msg(slot->irq, &msg);
		seq_printf(file, "entry=%u address=%08x%08x data=%08x chips=", entry, msg.address_hi,
			   msg.address_lo, msg.data);
		for (data = irq_get_irq_data(slot->irq); data; data = data->parent_data)
			seq_printf(file, "%s%s", data->chip->name, data->parent_data ? "," : "\n");
	}
	mutex_unlock(&slot->hold);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(path);

static bool over(struct dsa *dsa)
{
	return !READ_ONCE(dsa->running) ||
	       atomic64_read(&dsa->counts.interrupts) >= READ_ONCE(dsa->target);
}

static ssize_t run_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	struct dsa *dsa = file->private_data;
	u64 interrupts;
	int ret = kstrtou64_from_user(text, size, 0, &interrupts);

	if (!ret && !interrupts) {
		dsa_stop(dsa);
		return size;
	}
	if (!ret)
		ret = dsa_start(dsa, interrupts);
	if (ret)
		return ret;
	ret = wait_event_interruptible(dsa->reached, over(dsa));
	dsa_stop(dsa);
	if (!ret && READ_ONCE(dsa->gone))
		ret = -ENODEV;
	return ret ?: size;
}

static ssize_t start_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	struct dsa *dsa = file->private_data;
	u64 interrupts;
	int ret = kstrtou64_from_user(text, size, 0, &interrupts) ?: dsa_start(dsa, interrupts);

	return ret ?: size;
}

static const struct file_operations start_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = start_write,
};

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = run_write,
};

static int fire(struct dsa *dsa)
{
	return dsa_round(&dsa->worker[0], 0, 1) ? 0 : -EIO;
}

static int move(struct dsa_slot *slot, unsigned int i)
{
	unsigned int cpu = cpumask_nth(i % num_online_cpus(), cpu_online_mask);

	return irq_set_affinity(slot->irq, cpumask_of(cpu)) ?: fire(slot->dsa);
}

static int once(struct dsa_slot *slot, const char *operation, unsigned int i)
{
	if (!strcmp(operation, "fire"))
		return fire(slot->dsa);
	if (!strcmp(operation, "move"))
		return move(slot, i);
	if (!strcmp(operation, "mask")) {
		disable_irq(slot->irq);
		enable_irq(slot->irq);
		return 0;
	}
	if (!strcmp(operation, "alloc")) {
		dsa_slot_close(slot);
		return dsa_slot_open(slot);
	}
	return -EINVAL;
}

static ssize_t cost_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	struct dsa *dsa = file->private_data;
	char line[32], operation[16];
	unsigned int i, count;
	u64 start;
	int ret = 0;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, size))
		return -EFAULT;
	line[size] = 0;
	if (sscanf(line, "%15s %u", operation, &count) != 2 || !count)
		return -EINVAL;
	mutex_lock(&dsa->control);
	if (dsa->running || dsa->gone)
		ret = -EBUSY;
	start = ktime_get_ns();
	for (i = 0; !ret && i < count; i++)
		ret = once(&dsa->slot[0], operation, i);
	last_cost = div_u64(ktime_get_ns() - start, count);
	mutex_unlock(&dsa->control);
	return ret ?: size;
}

static ssize_t cost_read(struct file *file, char __user *to, size_t size, loff_t *at)
{
	char text[24];
	int length = scnprintf(text, sizeof(text), "%llu\n", last_cost);

	return simple_read_from_buffer(to, size, at, text, length);
}

static const struct file_operations cost_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = cost_read,
	.write = cost_write,
};

static u64 handled(struct dsa *dsa)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < dsa->slots; i++)
		sum += atomic64_read(&dsa->slot[i].interrupts);
	return sum;
}

/* Has the device send pairs that a tenant of bad intent would write; counts apart what arrives here. */
static int forge(struct dsa *dsa, const struct forged *pairs)
{
	s64 interrupts = atomic64_read(&dsa->counts.interrupts);
	s64 spurious = atomic64_read(&dsa->counts.spurious);
	u64 before = handled(dsa);
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < pairs->count; i++) {
		ret = dsa_send(dsa, pairs->address + (u64)i * pairs->address_step,
			       pairs->data + i * pairs->data_step);
		dsa->forged++;
	}
	msleep(DSA_SETTLE);
	dsa->arrived += handled(dsa) - before;
	atomic64_set(&dsa->counts.interrupts, interrupts);
	atomic64_set(&dsa->counts.spurious, spurious);
	return ret;
}

static ssize_t forge_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	struct dsa *dsa = file->private_data;
	struct forged pairs = { .count = 1 };
	char line[64];
	int ret = -EBUSY;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, size))
		return -EFAULT;
	line[size] = 0;
	if (sscanf(line, "%llx %x %u %x %x", &pairs.address, &pairs.data, &pairs.count,
		   &pairs.address_step, &pairs.data_step) < 2)
		return -EINVAL;
	mutex_lock(&dsa->control);
	if (!dsa->ims)
		ret = -EOPNOTSUPP;
	else if (!dsa->running && !dsa->gone)
		ret = forge(dsa, &pairs);
	mutex_unlock(&dsa->control);
	return ret ?: size;
}

static const struct file_operations forge_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = forge_write,
};

static int queue_show(struct seq_file *file, void *unused)
{
	struct dsa *dsa = file->private;

	mutex_lock(&dsa->control);
	if (!dsa->ims || dsa->running || dsa->gone)
		seq_puts(file, "not now\n");
	else
		dsa_queue_try(dsa, file);
	mutex_unlock(&dsa->control);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queue);

void dsa_debugfs_add(struct dsa *dsa)
{
	char name[40];

	snprintf(name, sizeof(name), "adit_dsa-%s", pci_name(dsa->pdev));
	dsa->folder = debugfs_create_dir(name, NULL);
	debugfs_create_file("stats", 0400, dsa->folder, dsa, &stats_fops);
	debugfs_create_file("evidence", 0400, dsa->folder, dsa, &evidence_fops);
	debugfs_create_file("run", 0200, dsa->folder, dsa, &run_fops);
	debugfs_create_file("start", 0200, dsa->folder, dsa, &start_fops);
	debugfs_create_file("queue", 0400, dsa->folder, dsa, &queue_fops);
	debugfs_create_file("cost", 0600, dsa->folder, dsa, &cost_fops);
	debugfs_create_file("path", 0400, dsa->folder, dsa, &path_fops);
	debugfs_create_file("forge", 0200, dsa->folder, dsa, &forge_fops);
}
