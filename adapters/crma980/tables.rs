//! What CRMA980 fills: customers.

use crate::table;

table! {
    /// Customers, shared by companies and branches.
    pub table Sa1 "sa1" key(a1_cod, a1_loja) link(customer_id) [awaited] {
        /// Code.
        a1_cod: text;
        /// Store.
        a1_loja: text;
        /// Our id of the customer, `company\|branch\|code\|store\|C`.
        customer_id: text;
        /// Name.
        a1_nome: text;
        /// Short name.
        a1_nreduz: text;
        /// F natural, J legal person.
        a1_pessoa: text;
        /// F final consumer, L, R, S, X.
        a1_tipo: text;
        /// CPF or CNPJ, digits.
        a1_cgc: text;
        /// State registration.
        a1_inscr: text;
        /// Municipal registration.
        a1_inscrm: text;
        /// Rural registration.
        a1_inscrur: text;
        /// SUFRAMA.
        a1_suframa: text;
        /// RG or passport.
        a1_pfisica: text;
        /// RG.
        a1_rg: text;
        /// Street and number.
        a1_end: text;
        /// Complement.
        a1_complem: text;
        /// Quarter.
        a1_bairro: text;
        /// City.
        a1_mun: text;
        /// IBGE code without the state.
        a1_cod_mun: text;
        /// State.
        a1_est: text;
        /// CEP.
        a1_cep: text;
        /// Country: its code of three digits where the name is known, else the code or name that came.
        a1_pais: text;
        /// Country: its code at the central bank, where the name is known.
        a1_codpais: text;
        /// Region.
        a1_regiao: text;
        /// Post box.
        a1_cxposta: text;
        /// Country code.
        a1_ddi: text;
        /// Area code.
        a1_ddd: text;
        /// Telephone.
        a1_tel: text;
        /// Fax.
        a1_fax: text;
        /// E-mail.
        a1_email: text;
        /// Home page.
        a1_hpage: text;
        /// Birth or foundation.
        a1_dtnasc: date;
        /// Payment condition.
        a1_cond: text;
        /// Price list.
        a1_tabela: text;
        /// Carrier.
        a1_transp: text;
        /// Freight type: C F T R D S.
        a1_tpfret: text;
        /// Pays ICMS: 1 yes, 2 no.
        a1_contrib: text;
        /// Seller.
        a1_vend: text;
        /// Segment 1.
        a1_sativ1: text;
        /// Segment 2.
        a1_sativ2: text;
        /// Segment 3.
        a1_sativ3: text;
        /// Segment 4.
        a1_sativ4: text;
        /// Segment 5.
        a1_sativ5: text;
        /// Segment 6.
        a1_sativ6: text;
        /// Segment 7.
        a1_sativ7: text;
        /// Segment 8.
        a1_sativ8: text;
        /// Contact.
        a1_contato: text;
        /// Credit limit.
        a1_lc: amount(2);
        /// Until when.
        a1_venclc: date;
        /// Billing: street and number.
        a1_endcob: text;
        /// Billing: quarter.
        a1_bairroc: text;
        /// Billing: city.
        a1_munc: text;
        /// Billing: state.
        a1_estc: text;
        /// Billing: CEP.
        a1_cepc: text;
        /// Delivery: street and number.
        a1_endent: text;
        /// Delivery: complement.
        a1_compent: text;
        /// Delivery: quarter.
        a1_bairroe: text;
        /// Delivery: city.
        a1_mune: text;
        /// Delivery: IBGE code without the state.
        a1_codmune: text;
        /// Delivery: state.
        a1_este: text;
        /// Delivery: CEP.
        a1_cepe: text;
        /// 1 blocked, 2 free.
        a1_msblql: text;
    }
    index by_code(a1_cod);
    index by_document(a1_cgc);
}
