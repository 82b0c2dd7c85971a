// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/adit_dsa-FUNCTION/
 *   stats     counters, one a line
 *   evidence  what the decision on IMS was made from
 *   run       write N: works until N more interrupts have come, then returns; empty: stops
 *   cost      write "OPERATION N": does it N times and keeps the time; read: nanoseconds for one.
 *             alloc: free an interrupt and allocate one, with its handler; move: to another processor,
 *             and one interrupt there; mask: and unmask; fire: submit a descriptor, sleep, be woken by
 *             its interrupt
 *   forge     write "ADDRESS DATA": stores that pair in the first entry of a mapped store, past the domain,
 *             fires it, and puts the right one back; stats count it as forged, and as arrived if an
 *             interrupt came of it. Shows what the host's remapper stops.
 */
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "dsa.h"

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
#define COUNT(name) seq_printf(file, #name "=%lld\n", atomic64_read(&counts->name))
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
	ims_evidence(dsa->pdev, text, 1024);
	seq_puts(file, text);
	kfree(text);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(evidence);

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

/* The entry of the first slot as a tenant of bad intent would write it. */
static int forge(struct dsa *dsa, u64 address, u32 data)
{
	void __iomem *at = dsa->array.base + 16 * ims_slot(dsa->slot[0].irq);
	u64 right_address = readq(at);
	u32 right_data = readl(at + 8);

	writeq(address, at);
	writel(data, at + 8);
	dsa->patience = HZ / 4;
	dsa->forged++;
	if (dsa_round(&dsa->worker[0], 0, 1))
		dsa->arrived++;
	else
		atomic64_dec(&dsa->counts.lost);
	dsa->patience = DSA_PATIENCE;
	writeq(right_address, at);
	writel(right_data, at + 8);
	return 0;
}

static ssize_t forge_write(struct file *file, const char __user *text, size_t size, loff_t *at)
{
	struct dsa *dsa = file->private_data;
	char line[48];
	u64 address;
	u32 data;
	int ret = -EBUSY;

	if (size >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, size))
		return -EFAULT;
	line[size] = 0;
	if (sscanf(line, "%llx %x", &address, &data) != 2)
		return -EINVAL;
	mutex_lock(&dsa->control);
	if (!dsa->ims || !dsa->array.doorbell)
		ret = -EOPNOTSUPP;
	else if (!dsa->running && !dsa->gone)
		ret = forge(dsa, address, data);
	mutex_unlock(&dsa->control);
	return ret ?: size;
}

static const struct file_operations forge_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = forge_write,
};

void dsa_debugfs_add(struct dsa *dsa)
{
	char name[40];

	snprintf(name, sizeof(name), "adit_dsa-%s", pci_name(dsa->pdev));
	dsa->folder = debugfs_create_dir(name, NULL);
	debugfs_create_file("stats", 0400, dsa->folder, dsa, &stats_fops);
	debugfs_create_file("evidence", 0400, dsa->folder, dsa, &evidence_fops);
	debugfs_create_file("run", 0200, dsa->folder, dsa, &run_fops);
	debugfs_create_file("cost", 0600, dsa->folder, dsa, &cost_fops);
	debugfs_create_file("forge", 0200, dsa->folder, dsa, &forge_fops);
}
