// SPDX-License-Identifier: GPL-2.0
/*
 * The store in queue memory, tried. No device here keeps messages so; this file plays the one that does:
 * it takes contexts by command, as a device copies them, and has the DSA send the copied message.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "dsa.h"

#define QUEUES		4
#define MASK		BIT(0)

struct player {
	struct dsa *dsa;
	struct ims_queue queue;
	struct ims_context copy[QUEUES];
	unsigned int commands;
	unsigned int sent;
	atomic_t arrived;
};

static int modify(void *priv, unsigned int slot, const struct ims_context *context)
{
	struct player *player = priv;

	might_sleep();
	player->copy[slot] = *context;
	player->commands++;
	return 0;
}

static irqreturn_t arrived(int irq, void *priv)
{
	struct player *player = priv;

	atomic_inc(&player->arrived);
	return IRQ_HANDLED;
}

/* Has the device send what it has a copy of, and waits for it. */
static bool send(struct player *player, const struct ims_context *copy)
{
	unsigned long end = jiffies + DSA_PATIENCE;

	if (le32_to_cpu(copy->control) & MASK ||
	    dsa_send(player->dsa, le64_to_cpu(copy->address), le32_to_cpu(copy->data)))
		return false;
	player->sent++;
	while (atomic_read(&player->arrived) != player->sent && time_before(jiffies, end))
		msleep(20);
	return atomic_read(&player->arrived) == player->sent;
}

static const char *play(struct player *player, unsigned int irq)
{
	const struct ims_context *copy = &player->copy[ims_slot(irq)];
	unsigned int cpu;

	if (!send(player, copy))
		return "the first message";
	for_each_online_cpu(cpu) {
		if (irq_set_affinity(irq, cpumask_of(cpu)) || !send(player, copy))
			return "a move";
	}
	disable_irq(irq);
	if (!(le32_to_cpu(copy->control) & MASK))
		return "a mask";
	enable_irq(irq);
	return send(player, copy) ? NULL : "an unmask";
}

/* Returns what failed, or NULL. */
static const char *use(struct player *player, struct ims_domain *domain)
{
	int irq = ims_alloc(domain, IMS_NO_PASID, NULL);
	const struct ims_context *copy;
	const char *failed;

	if (irq < 0)
		return "an allocation";
	copy = &player->copy[ims_slot(irq)];
	irq_set_status_flags(irq, IRQ_DISABLE_UNLAZY);
	failed = request_irq(irq, arrived, 0, "adit-dsa-queue", player) ? "a request" : NULL;
	if (!failed) {
		failed = play(player, irq);
		free_irq(irq, player);
	}
	ims_free(domain, irq);
	if (!failed && (copy->address || copy->data || !(le32_to_cpu(copy->control) & MASK)))
		failed = "a release";
	return failed;
}

void dsa_queue_try(struct dsa *dsa, struct seq_file *file)
{
	struct player *player = kzalloc(sizeof(*player), GFP_KERNEL);
	struct ims_domain *domain;
	char why[IMS_WHY];
	const char *failed;

	if (!player)
		return;
	player->dsa = dsa;
	if (ims_queue_init(&player->queue, QUEUES, modify, player))
		goto free;
	domain = ims_domain_create(dsa->pdev, &player->queue.store, dsa->wish, why, sizeof(why));
	if (IS_ERR(domain)) {
		seq_printf(file, "refused: %s\n", why);
	} else {
		failed = use(player, domain);
		ims_domain_destroy(domain);
		seq_printf(file, "%s%s: %u messages, %d arrived, %u commands\n",
			   failed ? "failed at " : "works", failed ?: "", player->sent,
			   atomic_read(&player->arrived), player->commands);
	}
	ims_queue_exit(&player->queue);
free:
	kfree(player);
}
