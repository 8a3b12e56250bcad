//! What LOJA704 fills: reserves of stock.

use crate::table;

table! {
    /// Reserves: one row a product.
    pub table Sc0 "sc0" key(company, c0_filial, c0_num) link(reserve_id) [awaited] {
        /// Company.
        company: text;
        /// Branch that holds the stock.
        c0_filial: text;
        /// Number of the row.
        c0_num: text;
        /// Our id of the reserve, `company\|branch\|docres\|type`.
        reserve_id: text;
        /// Document that groups the rows.
        c0_docres: text;
        /// What the reservation is for.
        c0_tipo: text;
        /// Product.
        c0_produto: text;
        /// Warehouse.
        c0_local: text;
        /// Open quantity.
        c0_quant: amount(2);
        /// Original quantity.
        c0_qtdorig: amount(2);
        /// Quantity in orders.
        c0_qtdped: amount(2);
        /// Branch that asked.
        c0_filres: text;
        /// Until when.
        c0_valida: date;
        /// Since when.
        c0_emissao: date;
        /// Who asked.
        c0_solicit: text;
        /// Source.
        c0_origem: text;
        /// Lot.
        c0_lotectl: text;
        /// Part of the lot.
        c0_numlote: text;
        /// Address.
        c0_localiz: text;
        /// Serial number.
        c0_numseri: text;
        /// Note.
        c0_obs: text;
        /// Product and warehouse, as `product\|warehouse`, while the row holds stock back; empty once a sale has it.
        stock: text;
    }
    index by_docres(company, c0_docres);
    index by_stock(company, c0_filial, stock);
}
