/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt message stores (IMS) for drivers: interrupts of a PCI function whose messages are kept
 * neither by MSI nor by MSI-X, but where the device says.
 *
 * A driver describes its store, creates a domain for it, and allocates interrupts one at a time; what
 * it gets is an ordinary interrupt number. Whether IMS may be used at all is decided when the domain is
 * created, here and not in the driver; a driver that is refused uses MSI-X.
 */
#ifndef ADIT_IMS_H
#define ADIT_IMS_H

#include <linux/cpumask.h>
#include <linux/irq.h>
#include <linux/msi.h>
#include <linux/pci.h>

/* What the administrator wants: the parameter ims= of a driver. */
enum ims_policy {
	IMS_AUTO,	/* if it is known to work */
	IMS_ON,		/* also where nothing is known; never where it is known not to work */
	IMS_OFF,
};

struct ims_store;

/**
 * struct ims_store_ops - how a kind of store is programmed
 * @name: for messages
 * @trappable: whether a hypervisor could intercept the writes; not so in system memory
 * @bind: prepare an entry for its owner, masked; may sleep; may be NULL
 * @write: store a message; the entry is masked or the store replaces messages at once
 * @mask: hold the entry's interrupts back; they stay pending
 * @unmask: let them through, also what is pending
 * @clear: take the entry from its owner: masked, no message
 * @commit: make collected changes take effect; may sleep; NULL if they take effect at once. A store
 *	    with it is used below a domain whose messages do not change when an interrupt moves.
 *
 * All but @bind and @commit are called with interrupts off.
 */
struct ims_store_ops {
	const char *name;
	bool trappable;
	int (*bind)(struct ims_store *store, unsigned int slot, u64 cookie);
	void (*write)(struct ims_store *store, unsigned int slot, const struct msi_msg *msg);
	void (*mask)(struct ims_store *store, unsigned int slot);
	void (*unmask)(struct ims_store *store, unsigned int slot);
	void (*clear)(struct ims_store *store, unsigned int slot);
	void (*commit)(struct ims_store *store);
};

/**
 * struct ims_store - a store of a function; embedded in the description of its kind
 * @ops: how it is programmed
 * @size: entries
 */
struct ims_store {
	const struct ims_store_ops *ops;
	unsigned int size;
};

/* Cookie of an entry that belongs to no PASID. */
#define IMS_NO_PASID	U64_MAX

/**
 * struct ims_array - entries of 16 bytes in device memory: address, data, control
 * @store: embedded
 * @base: the first entry
 * @pending: one byte for each entry, set by the device while a message waits; NULL if unmasking is
 *	     seen by the device, which is the rule
 * @doorbell: where the number of an unmasked entry is written if @pending says so
 */
struct ims_array {
	struct ims_store store;
	void __iomem *base;
	const u8 __iomem *pending;
	void __iomem *doorbell;
};

void ims_array_init(struct ims_array *array, void __iomem *base, unsigned int size);

/**
 * struct ims_context - a message in queue memory, as the device reads it
 * @address: of the message
 * @data: of the message
 * @control: bit 0 mask
 */
struct ims_context {
	__le64 address;
	__le32 data;
	__le32 control;
};

/**
 * struct ims_queue - messages in contexts in system memory; the device is told by a command
 * @store: embedded
 * @contexts: what the device is to have, one for each entry
 * @changed: entries that the device has to be told of
 * @modify: has the device take a context; may sleep
 * @priv: the driver's
 */
struct ims_queue {
	struct ims_store store;
	struct ims_context *contexts;
	unsigned long *changed;
	int (*modify)(void *priv, unsigned int slot, const struct ims_context *context);
	void *priv;
};

int ims_queue_init(struct ims_queue *queue, unsigned int size,
		   int (*modify)(void *priv, unsigned int slot, const struct ims_context *context),
		   void *priv);
void ims_queue_exit(struct ims_queue *queue);

struct ims_domain;

/* Room for a reason. */
#define IMS_WHY		160

/**
 * ims_domain_create - make the domain of a store
 * @pdev: the function
 * @store: its store, which must stay until ims_domain_destroy()
 * @policy: what the administrator wants
 * @why: gets the reason of the decision, in words
 * @size: of @why
 *
 * Return: the domain; -EOPNOTSUPP if IMS may not be used, else another error.
 */
struct ims_domain *ims_domain_create(struct pci_dev *pdev, struct ims_store *store,
				     enum ims_policy policy, char *why, size_t size);
void ims_domain_destroy(struct ims_domain *ims);

/**
 * ims_alloc - allocate an interrupt
 * @ims: the domain
 * @cookie: whom it is for, in the store's terms: a PASID, or %IMS_NO_PASID
 * @affinity: where it is to go first, or NULL
 *
 * Return: an interrupt number for request_irq(), or an error. May sleep.
 */
int ims_alloc(struct ims_domain *ims, u64 cookie, const struct cpumask *affinity);

/* Gives an interrupt back after free_irq(). The device must have stopped using it. May sleep. */
void ims_free(struct ims_domain *ims, unsigned int irq);

/* The entry behind an interrupt, which is what a device wants to be told. */
unsigned int ims_slot(unsigned int irq);

/* The message behind an interrupt, as it is composed now. */
void ims_message(unsigned int irq, struct msi_msg *msg);

/**
 * struct ims_counts - what a domain did
 * @allocated: interrupts allocated
 * @stored: messages stored
 * @masked: entries masked or unmasked
 * @calls: calls to the hypervisor
 */
struct ims_counts {
	u64 allocated;
	u64 stored;
	u64 masked;
	u64 calls;
};

void ims_domain_counts(struct ims_domain *ims, struct ims_counts *counts);

/* Puts in words what is known about the machine, one sign a line, and the rule that decides. */
int ims_evidence(struct pci_dev *pdev, const struct ims_store *store, enum ims_policy policy,
		 char *text, size_t size);

#endif
