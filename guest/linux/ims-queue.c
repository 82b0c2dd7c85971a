// SPDX-License-Identifier: GPL-2.0
/*
 * Messages in queue memory. The device has copies, so changes are collected while the interrupt's bus
 * is locked and handed over by commands when it is let go; the command may sleep.
 */
#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "ims.h"

#define CONTROL_MASK	BIT(0)

static struct ims_queue *queue_of(struct ims_store *store)
{
	return container_of(store, struct ims_queue, store);
}

static void change(struct ims_store *store, unsigned int slot, u32 control)
{
	struct ims_queue *queue = queue_of(store);

	queue->contexts[slot].control = cpu_to_le32(control);
	set_bit(slot, queue->changed);
}

static void queue_write(struct ims_store *store, unsigned int slot, const struct msi_msg *msg)
{
	struct ims_queue *queue = queue_of(store);
	struct ims_context *context = &queue->contexts[slot];

	context->address = cpu_to_le64((u64)msg->address_hi << 32 | msg->address_lo);
	context->data = cpu_to_le32(msg->data);
	set_bit(slot, queue->changed);
}

static void queue_mask(struct ims_store *store, unsigned int slot)
{
	change(store, slot, CONTROL_MASK);
}

static void queue_unmask(struct ims_store *store, unsigned int slot)
{
	change(store, slot, 0);
}

static void queue_clear(struct ims_store *store, unsigned int slot)
{
	struct msi_msg none = {};

	queue_write(store, slot, &none);
	change(store, slot, CONTROL_MASK);
}

static void queue_commit(struct ims_store *store)
{
	struct ims_queue *queue = queue_of(store);
	unsigned int slot;

	for_each_set_bit(slot, queue->changed, store->size) {
		clear_bit(slot, queue->changed);
		if (queue->modify(queue->priv, slot, &queue->contexts[slot]))
			pr_err_ratelimited("the device refused the context of entry %u\n", slot);
	}
}

static const struct ims_store_ops queue_ops = {
	.name = "queue memory",
	.write = queue_write,
	.mask = queue_mask,
	.unmask = queue_unmask,
	.clear = queue_clear,
	.commit = queue_commit,
};

int ims_queue_init(struct ims_queue *queue, unsigned int size,
		   int (*modify)(void *priv, unsigned int slot, const struct ims_context *context),
		   void *priv)
{
	*queue = (struct ims_queue){
		.store = { .ops = &queue_ops, .size = size },
		.contexts = kcalloc(size, sizeof(*queue->contexts), GFP_KERNEL),
		.changed = bitmap_zalloc(size, GFP_KERNEL),
		.modify = modify,
		.priv = priv,
	};
	if (queue->contexts && queue->changed)
		return 0;
	ims_queue_exit(queue);
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(ims_queue_init);

void ims_queue_exit(struct ims_queue *queue)
{
	kfree(queue->contexts);
	bitmap_free(queue->changed);
}
EXPORT_SYMBOL_GPL(ims_queue_exit);
