// SPDX-License-Identifier: GPL-2.0
/* Messages in device memory, in the entry format of DSA. */
#include <linux/io.h>
#include <linux/module.h>

#include "ims.h"

#define ENTRY		16
#define ADDRESS_LOW	0
#define ADDRESS_HIGH	4
#define DATA		8
#define CONTROL		12
#define CONTROL_MASK	BIT(0)
#define CONTROL_IGNORE	BIT(2)
#define CONTROL_PASID	BIT(3)
#define PASID_SHIFT	12
#define MAX_PASID	(BIT(20) - 1)
#define RESET_ADDRESS	0xfee00000

static struct ims_array *array_of(struct ims_store *store)
{
	return container_of(store, struct ims_array, store);
}

static void __iomem *entry(struct ims_store *store, unsigned int slot)
{
	return array_of(store)->base + ENTRY * slot;
}

/* What the device has to keep of the control word: whose the entry is. */
static u32 owner(struct ims_store *store, unsigned int slot)
{
	return readl(entry(store, slot) + CONTROL) & ~(CONTROL_MASK | CONTROL_IGNORE | BIT(1));
}

static int array_bind(struct ims_store *store, unsigned int slot, u64 cookie)
{
	u32 control = CONTROL_MASK;

	if (cookie != IMS_NO_PASID) {
		if (cookie > MAX_PASID)
			return -EINVAL;
		control |= CONTROL_PASID | cookie << PASID_SHIFT;
	}
	writel(control, entry(store, slot) + CONTROL);
	return 0;
}

/* Address first, data last: the data makes the pair live. */
static void array_write(struct ims_store *store, unsigned int slot, const struct msi_msg *msg)
{
	void __iomem *at = entry(store, slot);

	writel(msg->address_lo, at + ADDRESS_LOW);
	writel(msg->address_hi, at + ADDRESS_HIGH);
	writel(msg->data, at + DATA);
}

static void array_mask(struct ims_store *store, unsigned int slot)
{
	void __iomem *at = entry(store, slot);

	writel(owner(store, slot) | CONTROL_MASK, at + CONTROL);
	readl(at + CONTROL);	/* it is masked when this returns */
}

static void array_unmask(struct ims_store *store, unsigned int slot)
{
	struct ims_array *array = array_of(store);

	writel(owner(store, slot), entry(store, slot) + CONTROL);
	if (!array->pending)
		return;
	mb();	/* open first, then look for what waits; the device does it the other way round */
	if (readb(array->pending + slot))
		writel(slot, array->doorbell);
}

static void array_clear(struct ims_store *store, unsigned int slot)
{
	void __iomem *at = entry(store, slot);

	writel(CONTROL_MASK | CONTROL_IGNORE, at + CONTROL);
	writel(RESET_ADDRESS, at + ADDRESS_LOW);
	writel(0, at + ADDRESS_HIGH);
	writel(0, at + DATA);
	readl(at + CONTROL);
}

static const struct ims_store_ops array_ops = {
	.name = "device memory",
	.trappable = true,
	.bind = array_bind,
	.write = array_write,
	.mask = array_mask,
	.unmask = array_unmask,
	.clear = array_clear,
};

void ims_array_init(struct ims_array *array, void __iomem *base, unsigned int size)
{
	*array = (struct ims_array){
		.store = { .ops = &array_ops, .size = size },
		.base = base,
	};
}
EXPORT_SYMBOL_GPL(ims_array_init);
