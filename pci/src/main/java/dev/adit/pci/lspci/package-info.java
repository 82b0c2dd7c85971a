/** Text that lspci printed, as people paste it. */
package dev.adit.pci.lspci;
